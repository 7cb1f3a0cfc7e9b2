import { createHash, randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../command";
import { type ProgramPaths } from "../../node/controlPlane";
import { addresses, serverNames } from "../../node/layout";
import { type Started } from "../../node/processes";
import { writePrivate } from "../../platform/privateFiles";
import { keptSecret, secretNames, serverFiles, startServer } from "./company";
import { type ConnectorPerson } from "./people";

/** LDAP over TLS from the first byte. */
export const directoryPort = 636;

const suffix = "dc=example,dc=com";

/** Names as the settings of a mode have them. */
export const directory = {
  connector: "directory",
  bindDN: `cn=dex,ou=services,${suffix}`,
  people: `ou=people,${suffix}`,
  groups: `ou=groups,${suffix}`,
} as const;

/** Who is in it, by the name that people type; the last one is in no group that a mode allows. */
const entries = [
  { uid: "ada", email: "ada@example.com", groups: ["ml-engineers", "on-call"] },
  { uid: "eve", email: "eve@example.com", groups: ["sales"] },
] as const;

const outsiders: readonly string[] = ["eve"];

export interface Directory {
  /** The Secrets that the platform needs. */
  secrets: Record<string, string>;
  people: ConnectorPerson[];
}

/** An OpenLDAP that speaks nothing but TLS, and lets nobody read who hasn't shown a password. */
export async function directoryServer(machine: Started, programs: ProgramPaths): Promise<Directory> {
  const { folder, certificate, key } = await serverFiles(serverNames.directory);
  const bindPassword = keptSecret(folder, "dex");
  const people = entries.map(({ uid, email, groups }): ConnectorPerson => ({
    email,
    password: keptSecret(folder, uid),
    connector: directory.connector,
    login: uid,
    groups,
    outsider: outsiders.includes(uid),
  }));
  // A copy: AppArmor's profile of Ubuntu's package holds for the path that the package has it at, and knows no other folders.
  const slapd = join(folder, "slapd");
  rmSync(slapd, { force: true });
  copyFileSync(programs("slapd"), slapd);
  const data = join(folder, "data");
  if (!existsSync(data)) {
    await makeData(slapd, { folder, data, certificate, key }, ldif(people, bindPassword));
  }
  const config = writePrivate(join(folder, "slapd.conf"), slapdConfig({ folder, data, certificate, key }));
  // Even with the level 0 it stays in the foreground.
  const options = ["-f", config, "-h", `ldaps://${addresses.servers}:${directoryPort}/`, "-d", "0"];
  await startServer(machine, "directory", directoryPort, [slapd, ...options]);
  return { secrets: { [secretNames.directory]: bindPassword }, people };
}

interface Places {
  folder: string;
  data: string;
  certificate: string;
  key: string;
}

/** Under another name until it is whole: half of it would be taken for all of it. */
async function makeData(slapd: string, { data, ...places }: Places, content: string): Promise<void> {
  const unready = `${data}.unready`;
  rmSync(unready, { recursive: true, force: true });
  mkdirSync(unready, { mode: 0o700 });
  const config = writePrivate(join(places.folder, "slapadd.conf"), slapdConfig({ ...places, data: unready }));
  await run("OpenLDAP's first entries", slapd, ["-T", "add", "-f", config], { timeoutMs: 60_000, input: content });
  renameSync(unready, data);
}

export function slapdConfig({ folder, data, certificate, key }: Places): string {
  return [
    ...["core", "cosine", "inetorgperson"].map((schema) => `include /etc/ldap/schema/${schema}.schema`),
    "modulepath /usr/lib/ldap",
    "moduleload back_mdb",
    `pidfile ${join(folder, "slapd.pid")}`,
    `TLSCertificateFile ${certificate}`,
    `TLSCertificateKeyFile ${key}`,
    // TLS 1.2.
    "TLSProtocolMin 3.3",
    "disallow bind_anon",
    "require authc",
    "database mdb",
    `suffix "${suffix}"`,
    `directory ${data}`,
    "maxsize 16777216",
    "access to attrs=userPassword by anonymous auth by * none",
    `access to * by dn.exact="${directory.bindDN}" read by * none`,
    "",
  ].join("\n");
}

/** What is in it, parents first. */
export function ldif(people: readonly ConnectorPerson[], bindPassword: string): string {
  const unit = (name: string) => entry(`ou=${name},${suffix}`, { objectClass: ["organizationalUnit"], ou: [name] });
  const dnOf = ({ login }: ConnectorPerson) => `uid=${login},${directory.people}`;
  const names = [...new Set(people.flatMap(({ groups }) => groups))];
  return [
    entry(suffix, { objectClass: ["dcObject", "organization"], dc: ["example"], o: ["Example company"] }),
    ...["services", "people", "groups"].map(unit),
    entry(directory.bindDN, {
      objectClass: ["organizationalRole", "simpleSecurityObject"],
      cn: ["dex"],
      userPassword: [hashed(bindPassword)],
    }),
    ...people.map((person) =>
      entry(dnOf(person), {
        objectClass: ["inetOrgPerson"],
        uid: [person.login ?? ""],
        cn: [person.login ?? ""],
        sn: [person.login ?? ""],
        mail: [person.email],
        userPassword: [hashed(person.password)],
      }),
    ),
    ...names.map((name) =>
      entry(`cn=${name},${directory.groups}`, {
        objectClass: ["groupOfNames"],
        cn: [name],
        member: people.filter(({ groups }) => groups.includes(name)).map(dnOf),
      }),
    ),
  ].join("\n");
}

function entry(dn: string, attributes: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(attributes).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  return [`dn: ${dn}`, ...lines, ""].join("\n");
}

/** As OpenLDAP keeps passwords by default. */
function hashed(password: string): string {
  const salt = randomBytes(16);
  const digest = createHash("sha1").update(password).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, salt]).toString("base64")}`;
}
