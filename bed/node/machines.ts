import { readlinkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandOptions, run } from "../command";
import { addresses, layout, nodeName, serverNames } from "./layout";
import { childrenOf, processOf, remember, running, startDetached, type Started } from "./processes";

/**
 * The first process of a machine: it reaps orphans, as every first process must, and otherwise waits. What it waits with ends
 * with it, because it would hold on to the machine's network.
 */
export const firstProcess = ["bash", "-c", "trap 'kill $!; exit 0' TERM; while :; do sleep 1000 & wait $!; done"];

/**
 * Two machines on one cable, made of namespaces: the node, with processes, network and file system of its own, and the
 * machine that people work on, which shares everything but its network and the files that name hosts. When the node's
 * first process ends, the kernel ends everything else there.
 */
export async function startMachines(): Promise<void> {
  const outer = startDetached("node-namespaces", [
    "unshare",
    ...["--pid", "--net", "--mount", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"],
    ...["--propagation", "private", ...firstProcess],
  ]);
  const client = startDetached("client", ["unshare", "--net", "--mount", "--propagation", "private", ...firstProcess]);
  const node = await until("the node's namespaces", () => {
    const [child] = childrenOf(outer.pid);
    return child === undefined ? undefined : processOf("node", child);
  });
  remember(node);
  await until("the client's namespace", () => hasOwnNetwork(client) || undefined);
  await onNode(["hostname", nodeName]);
  await connect(node, client);
  await nodeFiles();
  await clientFiles();
}

/** A command as a program on the node runs it; `networkOnly` keeps the machine's files and processes. */
export function nodeCommand(command: readonly string[]): string[] {
  return ["nsenter", "--target", String(pidOf("node")), "--all", "--", ...command];
}

/** A command as on the machine that people work on, in a folder that is the same there. */
export function clientCommand(command: readonly string[], directory = process.cwd()): string[] {
  return ["nsenter", "--target", String(pidOf("client")), "--net", "--mount", `--wdns=${directory}`, "--", ...command];
}

/** Long enough for the slowest step, so that nothing hangs for ever. */
const longest = 300_000;

/** Runs a program on the node to its end, and gives what it printed. */
export function onNode(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [file = "", ...args] = nodeCommand(command);
  return run(`on the node, ${command[0] ?? ""}`, file, args, { timeoutMs: longest, ...options });
}

/** The same on the machine that people work on. */
export function onClient(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [file = "", ...args] = clientCommand(command);
  return run(`on the client's side, ${command[0] ?? ""}`, file, args, { timeoutMs: longest, ...options });
}

function pidOf(name: string): number {
  const started = running(name);
  if (started === undefined) {
    throw new Error("no bed is up: npm run bed -- up <stack>");
  }
  return started.pid;
}

async function connect(node: Started, client: Started): Promise<void> {
  const { prefixLength } = addresses;
  const ends = { node: "eth0", client: "bed0" };
  await onClient([
    "ip",
    "link",
    "add",
    ends.client,
    "type",
    "veth",
    "peer",
    "name",
    ends.node,
    "netns",
    String(node.pid),
  ]);
  const bringUp = [
    [node, ends.node, addresses.node],
    [client, ends.client, addresses.client],
  ] as const;
  for (const [machine, device, address] of bringUp) {
    const ip = (...args: string[]) =>
      run("the bed's network", "nsenter", ["--target", String(machine.pid), "--net", "ip", ...args]);
    await ip("link", "set", "lo", "up");
    await ip("address", "add", `${address}/${prefixLength}`, "dev", device);
    await ip("link", "set", device, "up");
  }
  await onNode(["ip", "route", "add", "default", "via", addresses.client]);
  await onNode(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
}

/**
 * Folders of the machine that the node may write to, without the machine seeing it: /etc, /var and /opt get a layer of
 * their own. What is large or itself made of layers lies in plain folders, because layers do not stack, and so does what
 * the pods say, because it outlives them.
 */
async function nodeFiles(): Promise<void> {
  const { overlays, containerd, etcd, kubelet, podLogs } = layout();
  // An earlier bed's pods.
  rmSync(podLogs, { recursive: true, force: true });
  for (const folder of ["etc", "var", "opt"]) {
    const [upper, work] = ["upper", "work"].map((part) => join(overlays, folder, part)) as [string, string];
    mkdirSync(upper, { recursive: true });
    mkdirSync(work, { recursive: true });
    const layers = `lowerdir=/${folder},upperdir=${upper},workdir=${work}`;
    await onNode(["mount", "-t", "overlay", "bed", "-o", layers, `/${folder}`]);
  }
  await onNode(["mount", "-t", "tmpfs", "-o", "mode=755", "bed", "/run"]);
  const plain = {
    [containerd]: "/var/lib/containerd",
    [etcd]: "/var/lib/etcd",
    [kubelet]: "/var/lib/kubelet",
    [podLogs]: "/var/log/pods",
  };
  for (const [folder, place] of Object.entries(plain)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await onNode(["mkdir", "-p", place]);
    await onNode(["mount", "--bind", folder, place]);
  }
  await onNode(["mkdir", "-p", "/run/netns", "/run/lock", "/etc/cni/net.d", "/opt/cni/bin", "/var/log/containers"]);
  // Pods' volumes have to appear in containers that run already.
  await onNode(["mount", "--make-rshared", "/"]);
  writeFileSync(join(overlays, "etc", "upper", "resolv.conf"), "");
  await onNode([
    "sh",
    "-c",
    `printf '127.0.0.1 localhost\\n%s %s\\n' ${addresses.node} ${nodeName} > /etc/hosts; : > /etc/resolv.conf`,
  ]);
}

/** Names that people's DNS would give; nothing else resolves, so that nothing leaves the machine. */
async function clientFiles(): Promise<void> {
  const { hosts, resolver: nothing } = layout();
  writeFileSync(nothing, "");
  giveNames([], addresses.node);
  await onClient(["mount", "--bind", hosts, "/etc/hosts"]);
  await onClient(["mount", "--bind", nothing, "/etc/resolv.conf"]);
}

/**
 * Lets names lead to an address on the client's side; those of the company's servers always lead there. The file is written
 * in place, because it is mounted.
 */
export function giveNames(names: readonly string[], address: string): void {
  const servers = Object.values(serverNames).map((name) => `${addresses.servers} ${name}`);
  const lines = ["127.0.0.1 localhost", ...servers, ...names.map((name) => `${address} ${name}`), ""];
  writeFileSync(layout().hosts, lines.join("\n"));
}

function hasOwnNetwork({ pid }: Started): boolean {
  return readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync("/proc/self/ns/net");
}

async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  for (let count = 0; count < 200; count += 1) {
    const found = look();
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not come up within 5 s`);
}
