import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../command";
import { addresses, serverNames } from "../../node/layout";
import { type ProgramPaths } from "../../node/controlPlane";
import { type Started } from "../../node/processes";
import { writePrivate } from "../../platform/privateFiles";
import { keptSecret, secretNames, serverFiles, startServer } from "./company";

export const databasePort = 5432;

/** The database and its owner, as the settings of modes name them. */
export const database = "dex";

/** PostgreSQL refuses root, and is somebody else here although its files are ours (user_namespaces(7)). */
const asSomebodyElse = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"];

/** A PostgreSQL that lets the one user in, over TLS and with SCRAM. Returns the Secrets that the platform needs. */
export async function databaseServer(machine: Started, programs: ProgramPaths): Promise<Record<string, string>> {
  const { folder, certificate, key } = await serverFiles(serverNames.database);
  const data = join(folder, "data");
  const password = keptSecret(folder, database);
  // What Dex keeps there outlives a second start, as in a company.
  if (!existsSync(data)) {
    await makeData(data, programs, password);
  }
  chmodSync(key, 0o600);
  const options = {
    listen_addresses: addresses.servers,
    port: String(databasePort),
    unix_socket_directories: "",
    ssl: "on",
    ssl_cert_file: certificate,
    ssl_key_file: key,
    ssl_min_protocol_version: "TLSv1.2",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  await startServer(machine, "database", databasePort, [...asSomebodyElse, programs("postgres"), "-D", data, ...flags]);
  return { [secretNames.database]: password };
}

/** Under another name until it is whole: half of it would be taken for all of it. */
async function makeData(data: string, programs: ProgramPaths, password: string): Promise<void> {
  const unready = `${data}.unready`;
  rmSync(unready, { recursive: true, force: true });
  const step = (what: string, command: readonly string[], input = "") => {
    const [file = "", ...args] = [...asSomebodyElse, ...command];
    return run(`PostgreSQL, ${what}`, file, args, { timeoutMs: 60_000, input });
  };
  const local = ["--username", "postgres", "--auth", "reject", "--no-locale", "--encoding", "UTF8", "--no-sync"];
  await step("a new cluster", [programs("initdb"), "--pgdata", unready, ...local]);
  const statements = [
    `CREATE ROLE ${database} LOGIN PASSWORD '${password}';`,
    `CREATE DATABASE ${database} OWNER ${database};`,
    "",
  ];
  const scram = ["-c", "password_encryption=scram-sha-256"];
  const single = [programs("postgres"), "--single", "-D", unready, ...scram, "postgres"];
  await step("its user", single, statements.join("\n"));
  writePrivate(join(unready, "pg_hba.conf"), `hostssl ${database} ${database} all scram-sha-256\n`);
  renameSync(unready, data);
}
