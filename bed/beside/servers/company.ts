import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namespaces } from "../../../stacks/namespaces";
import { type ProgramPaths } from "../../node/controlPlane";
import { addresses, layout, type serverNames } from "../../node/layout";
import { firstProcess, onClient } from "../../node/machines";
import { startDetached, type Started } from "../../node/processes";
import { patiently } from "../../node/wait";
import { privateFolder, writePrivate } from "../../platform/privateFiles";
import { serverCertificate } from "../authority";
import { applyAsCompany } from "../companyObjects";
import { onMachine, portOpens, startMachine } from "../machine";

/** The Secrets in the namespace `auth` that the settings of modes name, each with the key `value`. */
export const secretNames = {
  login: "company-login",
  connector: "company-connector",
  directory: "company-directory",
  redis: "company-redis",
  database: "company-database",
} as const;
export const secretKey = "value";

export const serversMachine = "servers";

/** The machine with the company's servers, in a network that knows its way to pods: the node translates no address of theirs. */
export async function companyMachine(): Promise<Started> {
  const { servers: own, serversGateway: other, podSubnet, node } = addresses;
  await onClient(["ip", "route", "replace", podSubnet, "via", node]);
  return startMachine({ name: serversMachine, cable: "srv0", own, other }, firstProcess);
}

export interface ServerFiles {
  folder: string;
  certificate: string;
  key: string;
}

/** A folder for a server, with a certificate of the company's CA for its name. */
export async function serverFiles(name: string): Promise<ServerFiles> {
  privateFolder(layout().beside);
  const folder = privateFolder(join(layout().beside, name));
  const { certificatePem, keyPem } = await serverCertificate([name]);
  return {
    folder,
    certificate: writePrivate(join(folder, "tls.crt"), certificatePem),
    key: writePrivate(join(folder, "tls.key"), keyPem),
  };
}

/**
 * A secret of a server's, which is the same for as long as the bed is up: whoever has it is not locked out when the servers
 * start anew.
 */
export function keptSecret(folder: string, name: string): string {
  const file = join(folder, `${name}.secret`);
  if (!existsSync(file)) {
    writePrivate(file, randomBytes(24).toString("hex"));
  }
  return readFileSync(file, "utf8");
}

/** Starts a server there, and waits until its port is open. */
export async function startServer(
  machine: Started,
  name: keyof typeof serverNames,
  port: number,
  command: readonly string[],
): Promise<void> {
  // At SIGTERM PostgreSQL waits until everybody has left by themselves; at SIGINT all of them end at once, and in order.
  startDetached(`server-${name}`, onMachine(machine, command), process.env, { on: machine.name, asks: "SIGINT" });
  await portOpens(`the server ${name}`, addresses.servers, port);
}

/** Puts Secrets beside the platform's as soon as there is a place, as whoever keeps a company's secrets would. */
export async function putSecrets(programs: ProgramPaths, values: Readonly<Record<string, string>>): Promise<void> {
  const secrets = Object.entries(values).map(([name, value]) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: namespaces.auth },
    stringData: { [secretKey]: value },
  }));
  await patiently(`the namespace ${namespaces.auth}`, 300, () => applyAsCompany(programs, secrets));
}
