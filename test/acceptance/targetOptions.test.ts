import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTarget, type TargetOptions } from "../../acceptance/target";
import { BadInput, type Problem } from "../../cli/exit";
import { fakeAuthority } from "./fakeGate";

const url = "https://kubeflow.example.com";

describe("the target of a verification", () => {
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-target-"));
  after(() => rmSync(directory, { recursive: true }));
  const file = (name: string, content: string, mode = 0o600): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  const problems = (options: TargetOptions, address = url, env: NodeJS.ProcessEnv = {}): readonly Problem[] => {
    try {
      readTarget(address, options, env);
    } catch (error) {
      assert.ok(error instanceof BadInput);
      return error.problems;
    }
    return assert.fail("it was taken");
  };
  const passwords = file(
    "passwords.json",
    JSON.stringify({ "a@example.com": "hunter2-a", "b@example.com": "hunter2-b" }),
  );

  it("needs nothing but the gate's address, and guesses the echo's", () => {
    const { target, secrets, warnings } = readTarget(`${url}:8443/`, {}, {});
    assert.equal(target.gate.href, "https://kubeflow.example.com:8443/");
    assert.equal(target.echo?.href, "https://echo.kubeflow.example.com:8443/");
    assert.deepEqual([target.people, secrets, warnings, target.loadSeconds], [[], [], [], 0]);
    assert.equal(readTarget("https://192.0.2.1", {}, {}).target.echo, undefined);
    assert.equal(readTarget(url, { echo: "none" }, {}).target.echo, undefined);
    assert.equal(readTarget(url, { echo: "https://e.example.org" }, {}).target.echo?.host, "e.example.org");
  });

  it("has challenges at port 80 where that is said", () => {
    assert.equal(readTarget(url, { acmeHttp01: true }, {}).target.acmeHttp01, true);
    assert.equal(readTarget(url, {}, {}).target.acmeHttp01, undefined);
  });

  it("knows istiod by its namespace and its name", () => {
    const { target } = readTarget(url, { istiod: "mesh/istiod-1-31-1.example" }, {});
    assert.deepEqual(target.istiod, { namespace: "mesh", name: "istiod-1-31-1.example" });
    assert.equal(readTarget(url, {}, {}).target.istiod, undefined);
    for (const istiod of [
      "",
      "istiod",
      "mesh/",
      "/istiod",
      "mesh/istiod/x",
      "Mesh/istiod",
      "a.b/istiod",
      "mesh/-a",
      "mesh/a\n",
    ]) {
      assert.throws(
        () => readTarget(url, { istiod }, {}),
        (error) =>
          error instanceof BadInput &&
          error.problems.length === 1 &&
          error.problems[0]?.key === "--istiod" &&
          error.problems[0].mend === "write the namespace and the name of the Deployment, such as mesh/istiod-stable",
        istiod,
      );
    }
  });

  it("wants a wildcard in the certificate unless it is told that there is none", () => {
    assert.equal(readTarget(url, { wildcard: true }, {}).target.wildcard, undefined);
    assert.equal(readTarget(url, { wildcard: false }, {}).target.wildcard, false);
  });

  it("refuses every address that isn't the https origin of a gate", () => {
    for (const address of [
      "kubeflow.example.com",
      "http://kubeflow.example.com",
      "https://",
      `${url}/pipeline/`,
      `${url}/?a=b`,
      `${url}/#a`,
      "https://user:hunter2@kubeflow.example.com",
    ]) {
      const [problem] = problems({}, address);
      assert.equal(problem?.key, "<url>", address);
      assert.doesNotMatch(problem.value, /hunter2/);
      assert.match(problem.mend, /https:\/\/kubeflow\.example\.com/);
      assert.equal(problems({ echo: address })[0]?.key, "--echo");
    }
  });

  it("takes people by their passwords, all or those that are named, with the groups that are known", () => {
    const everybody = readTarget(url, { passwords }, {});
    assert.deepEqual(everybody.target.people, [
      { email: "a@example.com", password: "hunter2-a" },
      { email: "b@example.com", password: "hunter2-b" },
    ]);
    assert.deepEqual(everybody.secrets, ["hunter2-a", "hunter2-b"]);
    const one = readTarget(url, { passwords, user: ["b@example.com"], groups: ["ml,everyone"] }, {});
    assert.deepEqual(one.target.people, [
      { email: "b@example.com", password: "hunter2-b", groups: ["ml", "everyone"] },
    ]);
    const named = readTarget(url, { passwords, groups: ["b@example.com=ml", "b@example.com=x"] }, {});
    assert.deepEqual(
      named.target.people.map(({ groups }) => groups),
      [undefined, ["ml", "x"]],
    );
  });

  it("takes with a password by which connector somebody signs in, under which name, and at whose form", () => {
    const way = { password: "hunter2-c", connector: "company", login: "c", issuer: "https://login.example.com/dex" };
    const path = file("ways.json", JSON.stringify({ "a@example.com": "hunter2-a", "c@example.com": way }));
    const { target, secrets } = readTarget(url, { passwords: path }, {});
    assert.deepEqual(target.people, [
      { email: "a@example.com", password: "hunter2-a" },
      { email: "c@example.com", ...way, issuer: new URL(way.issuer) },
    ]);
    assert.deepEqual(secrets, ["hunter2-a", "hunter2-c"]);
    for (const wrong of [
      { ...way, password: "" },
      { ...way, connector: "Company/x" },
      { ...way, issuer: "http://login.example.com/dex" },
      { ...way, login: "" },
      { ...way, more: "x" },
    ]) {
      const bad = file("bad.json", JSON.stringify({ "c@example.com": wrong }));
      assert.equal(problems({ passwords: bad })[0]?.key, "--passwords");
    }
  });

  it("keeps those who must not be let in apart from those who may sign in", () => {
    const { target, secrets } = readTarget(url, { passwords, outsider: ["b@example.com"] }, {});
    assert.deepEqual(
      [target.people, target.outsiders].map((list = []) => list.map(({ email }) => email)),
      [["a@example.com"], ["b@example.com"]],
    );
    assert.deepEqual(secrets, ["hunter2-a", "hunter2-b"]);
    assert.equal(readTarget(url, { passwords }, {}).target.outsiders, undefined);
    const both = problems({ passwords, user: ["b@example.com"], outsider: ["b@example.com"] });
    assert.deepEqual([both[0]?.key, both[0]?.value], ["--outsider", "b@example.com"]);
    assert.deepEqual(problems({ passwords, outsider: ["c@example.com"] })[0]?.key, "--outsider");
    assert.deepEqual(problems({ outsider: ["a@example.com"] })[0]?.key, "--outsider");
  });

  it("knows servers outside by address and port, and which parts may connect there", () => {
    const { target } = readTarget(url, { server: ["10.20.0.5:636=dex", "[2001:db8::5]:443=dex,istiod"] }, {});
    assert.deepEqual(target.servers, [
      { address: "10.20.0.5", port: 636, parts: ["dex"] },
      { address: "2001:db8::5", port: 443, parts: ["dex", "istiod"] },
    ]);
    assert.equal(readTarget(url, {}, {}).target.servers, undefined);
    for (const text of [
      "10.20.0.5",
      "10.20.0.5:636",
      "ldap.example.com:636=dex",
      "10.20.0.5:0=dex",
      "10.20.0.5:70000=dex",
      "10.20.0.5:636=echo",
      "10.20.0.5:636=dex,",
      "10.20.0.5:636=dex,dex",
    ]) {
      assert.equal(problems({ server: [text] })[0]?.key, "--server", text);
    }
  });

  it("refuses people without a password and groups of nobody", () => {
    assert.deepEqual(problems({ user: ["a@example.com"] })[0]?.key, "--user");
    const [missing] = problems({ passwords, user: ["c@example.com", "constructor"] });
    assert.deepEqual([missing?.key, missing?.value], ["--user", "c@example.com"]);
    assert.equal(problems({ passwords, user: ["constructor"] })[0]?.value, "constructor");
    assert.equal(problems({ passwords, groups: ["ml"] })[0]?.key, "--groups");
    assert.equal(problems({ passwords, groups: ["c@example.com=ml"] })[0]?.key, "--groups");
    assert.equal(problems({ passwords: file("empty.json", "{}") })[0]?.key, "--passwords");
  });

  it("never quotes a file of secrets, whatever is wrong with it", () => {
    const secret = "hunter2-very-secret";
    for (const content of [secret, `{"a": "${secret}"`, `["${secret}"]`, `{"a": {"b": "${secret}"}}`, '{"a": ""}']) {
      for (const [key, options] of [
        ["--passwords", { passwords: file("bad.json", content) }],
        ["--client", { client: file("bad.json", content) }],
      ] as const) {
        const found = problems(options);
        assert.equal(found[0]?.key, key);
        assert.doesNotMatch(JSON.stringify(found), /hunter2/);
      }
    }
  });

  it("takes a client of Dex with all of its parts", () => {
    const client = { id: "oauth2-proxy", secret: "hunter2-c", redirectUri: `${url}/oauth2/callback` };
    const given = readTarget(url, { client: file("client.json", JSON.stringify(client)) }, {});
    assert.deepEqual(given.target.client, client);
    assert.deepEqual(given.secrets, ["hunter2-c"]);
    for (const key of ["id", "secret", "redirectUri"]) {
      const path = file("part.json", JSON.stringify({ ...client, [key]: undefined }));
      assert.equal(problems({ client: path })[0]?.key, "--client");
    }
  });

  it("warns of files with secrets that others can read", function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const path = file("open.json", '{"a@example.com": "hunter2-a"}', 0o644);
    assert.match(readTarget(url, { passwords: path }, {}).warnings[0] ?? "", /can be read by others: chmod 600/);
  });

  it("wants a CA's certificate to be one", async () => {
    const { cert } = await fakeAuthority();
    assert.equal(readTarget(url, { ca: file("ca.pem", cert) }, {}).target.ca, cert);
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (const content of ["", "no certificate", broken, cert + broken]) {
      assert.equal(problems({ ca: file("bad.pem", content) })[0]?.key, "--ca", content);
    }
    assert.match(problems({ ca: join(directory, "missing") })[0]?.value ?? "", /ENOENT/);
  });

  it("finds Chromium by option, by environment and on PATH, and refuses what is no program", () => {
    const browser = file("chromium", "", 0o755);
    const other = file("other", "", 0o755);
    const env = { PATH: `/nonexistent:${directory}`, GATEHOUSE_CHROMIUM: "" };
    assert.equal(readTarget(url, {}, env).target.browser, browser);
    assert.equal(readTarget(url, {}, { ...env, GATEHOUSE_CHROMIUM: other }).target.browser, other);
    assert.equal(readTarget(url, { browser: browser }, { GATEHOUSE_CHROMIUM: "/nonexistent" }).target.browser, browser);
    assert.equal(readTarget(url, {}, { PATH: "/nonexistent" }).target.browser, undefined);
    assert.equal(readTarget(url, { browser: "none" }, { ...env, GATEHOUSE_CHROMIUM: other }).target.browser, undefined);
    assert.equal(problems({ browser: passwords })[0]?.key, "--browser");
    assert.equal(problems({ browser: directory })[0]?.key, "--browser");
    assert.equal(problems({}, url, { GATEHOUSE_CHROMIUM: "/nonexistent" })[0]?.key, "GATEHOUSE_CHROMIUM");
  });

  it("refuses disturbance without a cluster, addresses with a port, and load without bounds", () => {
    assert.equal(problems({ disturb: true })[0]?.key, "--disturb");
    for (const connect of ["127.0.0.1:443", "https://a", "a b", ""]) {
      assert.equal(problems({ connect })[0]?.key, "--connect", connect);
    }
    for (const connect of ["127.0.0.1", "::1", "node.example.com"]) {
      assert.equal(readTarget(url, { connect }, {}).target.address, connect);
    }
    for (const load of ["-1", "a", "1.5", "86400", "NaN"]) {
      assert.equal(problems({ load })[0]?.key, "--load", load);
    }
    assert.equal(readTarget(url, { load: "60" }, {}).target.loadSeconds, 60);
  });

  it("takes an issuer without keys by its https address, and only with the audience of its tokens", () => {
    const unreachableIssuer = "https://id.example.com";
    const { target } = readTarget(url, { unreachableIssuer, audience: "gate" }, {});
    assert.deepEqual(target.unreachableIssuer, { issuer: unreachableIssuer, audience: "gate" });
    assert.equal(problems({ unreachableIssuer })[0]?.value, "no --audience");
    assert.equal(problems({ unreachableIssuer: "id.example.com", audience: "gate" })[0]?.key, "--unreachable-issuer");
  });

  it("reports every problem at once", () => {
    const found = problems({ ca: "/nonexistent", kubeconfig: "/nonexistent", load: "a", disturb: true }, "http://a");
    assert.deepEqual(
      found.map(({ key }) => key),
      ["<url>", "--ca", "--kubeconfig", "--load"],
    );
  });
});
