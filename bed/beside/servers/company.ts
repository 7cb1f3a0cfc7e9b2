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
export const secretNames = { login: "company-login", redis: "company-redis", database: "company-database" } as const;
export const secretKey = "value";

/** The machine with the company's servers, in a network that knows its way to pods: the node translates no address of theirs. */
export async function companyMachine(): Promise<Started> {
  const { servers: own, serversGateway: other, podSubnet, node } = addresses;
  await onClient(["ip", "route", "replace", podSubnet, "via", node]);
  return startMachine({ name: "servers", cable: "srv0", own, other }, firstProcess);
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

/** Starts a server there, and waits until its port is open. */
export async function startServer(
  machine: Started,
  name: keyof typeof serverNames,
  port: number,
  command: readonly string[],
): Promise<void> {
  startDetached(`server-${name}`, onMachine(machine, command));
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
