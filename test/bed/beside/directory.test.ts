import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { programsFor } from "../../../bed/beside/beside";
import { directory, ldif, slapdConfig } from "../../../bed/beside/servers/directory";
import { type ConnectorPerson, peopleFacts } from "../../../bed/beside/servers/people";
import { othersOf } from "../../../bed/e2e/verify";
import { layout } from "../../../bed/node/layout";
import { privateFolder } from "../../../bed/platform/privateFiles";
import { foreignPrograms } from "../../../bed/programs/found";
import { withBedState } from "../programs/folder";

const people: readonly ConnectorPerson[] = [
  { email: "ada@example.com", password: "ada's", connector: "directory", login: "ada", groups: ["ml-engineers"] },
  {
    email: "eve@example.com",
    password: "eve's",
    connector: "directory",
    login: "eve",
    groups: ["sales"],
    outsider: true,
  },
  {
    email: "p@example.com",
    password: "p's",
    connector: "company",
    issuer: "https://login.example.com/dex",
    groups: ["x:a"],
  },
];

describe("the company's directory", () => {
  withBedState();

  it("needs OpenLDAP's slapd, which the bed takes as it finds it", () => {
    assert.deepEqual(programsFor(["directory"]), ["slapd"]);
    assert.equal(foreignPrograms.find(({ name }) => name === "slapd")?.from, "Debian's package slapd");
  });

  it("speaks TLS alone, to nobody who has not shown a password, and lets one account read", () => {
    const config = slapdConfig({ folder: "/f", data: "/f/data", certificate: "/f/tls.crt", key: "/f/tls.key" });
    for (const line of [
      "TLSCertificateFile /f/tls.crt",
      "TLSProtocolMin 3.3",
      "disallow bind_anon",
      "require authc",
      "access to attrs=userPassword by anonymous auth by * none",
      `access to * by dn.exact="${directory.bindDN}" read by * none`,
    ]) {
      assert.ok(config.split("\n").includes(line), line);
    }
  });

  it("holds people with addresses and hashed passwords, and groups with their members", () => {
    const text = ldif(people.slice(0, 2), "dex's");
    assert.match(
      text,
      /^dn: uid=ada,ou=people,dc=example,dc=com\n(?:.+\n)*mail: ada@example\.com\nuserPassword: \{SSHA\}\S+\n$/m,
    );
    assert.match(
      text,
      /^dn: cn=sales,ou=groups,dc=example,dc=com\n(?:.+\n)*member: uid=eve,ou=people,dc=example,dc=com\n$/m,
    );
    assert.ok(!/ada's|eve's|dex's/.test(text));
  });

  it("tells the suite how each of its people signs in, and who must not be let in", () => {
    privateFolder(layout().beside);
    const { passwordsFile = "", ...facts } = peopleFacts(people);
    assert.deepEqual(facts, {
      connectors: true,
      groups: { "ada@example.com": ["ml-engineers"], "p@example.com": ["x:a"] },
      outsiders: ["eve@example.com"],
    });
    assert.equal(statSync(passwordsFile).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(readFileSync(passwordsFile, "utf8")), {
      "ada@example.com": { password: "ada's", connector: "directory", login: "ada" },
      "eve@example.com": { password: "eve's", connector: "directory", login: "eve" },
      "p@example.com": { password: "p's", connector: "company", issuer: "https://login.example.com/dex" },
    });
  });

  it("is told to the suite with the part of the platform that may connect to it", () => {
    assert.deepEqual(othersOf({ outsiders: ["eve@example.com"], servers: ["172.20.0.2:636=dex"] }), [
      ...["--outsider", "eve@example.com"],
      ...["--server", "172.20.0.2:636=dex"],
    ]);
    assert.deepEqual(othersOf({ outsiders: [], servers: [] }), []);
  });
});
