import { join } from "node:path";
import { namespaces } from "../../../stacks/namespaces";
import { configureCoreDns } from "../../node/coredns";
import { kubectl, type ProgramPaths } from "../../node/controlPlane";
import { addresses, layout, serverNames } from "../../node/layout";
import { onClient } from "../../node/machines";
import { startDetached, type Started } from "../../node/processes";
import { patiently } from "../../node/wait";
import { writePrivate, writePrivateJson } from "../../platform/privateFiles";
import { ownAuthority } from "../authority";
import { onMachine, portOpens } from "../machine";
import { serverFiles, startServer } from "./company";

/** Not 443, so that the way there is seen to be opened by the address in the settings. */
const ports = { directory: 14000, management: 15000, dns: 53 };

/** The server's directory, as the settings of a mode name it. */
export const acmeDirectory = `https://${serverNames.acme}:${ports.directory}/dir`;

/** How long until there is a certificate, in seconds: cert-manager looks for a challenge of its own every 10 s. */
const patience = 240;

const get = `
fetch(process.env.URL, { redirect: "manual", signal: AbortSignal.timeout(5000) })
  .then((answer) => answer.text()).then((text) => process.stdout.write(text));
`;

/**
 * An ACME server of the company's own. It looks at challenges from outside: at port 80 of the names that clients have, in the
 * DNS that clients have, which the cluster now asks about the gate's domain, too. Returns the file of the root that it made
 * for itself.
 */
export async function acmeServer(machine: Started, programs: ProgramPaths, gate: string): Promise<string> {
  const { folder, certificate, key } = await serverFiles(serverNames.acme);
  await publicDns(machine, programs, folder);
  await configureCoreDns(programs, [{ domain: gate, server: addresses.servers }]);
  const config = writePrivateJson(join(folder, "pebble.json"), {
    pebble: {
      listenAddress: `${addresses.servers}:${ports.directory}`,
      managementListenAddress: `${addresses.servers}:${ports.management}`,
      certificate,
      privateKey: key,
      httpPort: 80,
      tlsPort: 443,
      keyAlgorithm: "ecdsa",
    },
  });
  // Made to vex clients: it waits, refuses what is right, and reuses what it saw, so that a renewal would prove nothing.
  const moods = ["PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0"];
  const resolver = `${addresses.servers}:${ports.dns}`;
  const command = ["env", ...moods, programs("pebble"), "-config", config, "-dnsserver", resolver];
  await startServer(machine, "acme", ports.directory, command);
  const address = `https://${serverNames.acme}:${ports.management}/roots/0`;
  const root = await patiently("the ACME server's root", 30, async () => page(address, (await ownAuthority()).file));
  return writePrivate(join(folder, "root.pem"), root);
}

/** The DNS that everybody outside asks: what stands in the client's file of names. */
async function publicDns(machine: Started, programs: ProgramPaths, folder: string): Promise<void> {
  const names = layout().hosts;
  const corefile = [
    ".:53 {",
    `bind ${addresses.servers}`,
    "errors",
    `hosts ${names} {`,
    "ttl 1",
    "reload 1s",
    "}",
    "}",
  ];
  const file = writePrivate(join(folder, "Corefile"), `${corefile.join("\n")}\n`);
  startDetached("server-dns", onMachine(machine, [programs("coredns"), "-conf", file]), process.env, {
    on: machine.name,
    asks: "SIGINT",
  });
  await portOpens("the public DNS", addresses.servers, ports.dns);
}

/** Waits until the gate shows a certificate of that root; without it the error has what cert-manager says of its orders. */
export async function certificateIsThere(programs: ProgramPaths, url: string, root: string): Promise<void> {
  const inIngress = (...args: string[]) => kubectl(programs, ["-n", namespaces.ingress, ...args]);
  try {
    await inIngress("wait", "--for=condition=Ready", "certificate", "--all", `--timeout=${patience}s`);
    await patiently("the gate's certificate", 60, () => page(url, root));
  } catch (error) {
    const said = '{range .items[*]}{.metadata.name}: {.status.state} {.status.reason}{"\\n"}{end}';
    const orders = await inIngress("get", "challenges,orders", "-o", `jsonpath=${said}`);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${orders}`, { cause: error });
  }
}

function page(url: string, caFile: string): Promise<string> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile, URL: url };
  return onClient([process.execPath, "-e", get], { env, timeoutMs: 10_000 });
}
