import { readlinkSync } from "node:fs";
import { run } from "../command";
import { addresses } from "../node/layout";
import { onClient } from "../node/machines";
import { end, isAlive, knownProcesses, startDetached, type Started } from "../node/processes";
import { patiently } from "../node/wait";

/** A machine on a cable of its own to the client's, which routes on to the node. */
export interface Machine {
  name: string;
  /** The cable's end on the client's side. */
  cable: string;
  /** Its address, and that of the cable's other end. */
  own: string;
  other: string;
}

/** Starts a machine with its first program; an earlier one of that name ends with everything on it. */
export async function startMachine(machine: Machine, command: readonly string[]): Promise<Started> {
  const { name, cable } = machine;
  await endMachine(name);
  await patiently(`the end of the earlier ${name}'s network`, 10, () =>
    onClient(["sh", "-c", `! ip link show ${cable}`]),
  );
  const started = startDetached(name, ["unshare", "--net", "--", ...command]);
  await patiently(`the ${name}'s network`, 5, () => hasOwnNetwork(started));
  await connect(machine, started);
  return started;
}

/** Ends a machine and what runs on it, be it that only a part is left: any of them would hold on to its network. */
export async function endMachine(name: string): Promise<number> {
  const alive = knownProcesses().filter((known) => (known.on === name || known.name === name) && isAlive(known));
  // Last started, first ended.
  for (const started of alive.reverse()) {
    await end(started);
  }
  return alive.length;
}

/** A command as on that machine. */
export function onMachine({ pid }: Started, command: readonly string[]): string[] {
  return ["nsenter", "--target", String(pid), "--net", "--", ...command];
}

/** Waits until clients can connect there. */
export function portOpens(what: string, address: string, port: number): Promise<string> {
  return patiently(what, 30, () =>
    onClient(["bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`], { timeoutMs: 2000 }),
  );
}

function hasOwnNetwork({ pid }: Started): Promise<void> {
  return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net")
    ? Promise.reject(new Error("it shares this machine's"))
    : Promise.resolve();
}

/** A cable to the client's machine; the node has that one as its way to everybody else. */
async function connect({ name, cable, own, other }: Machine, started: Started): Promise<void> {
  const { prefixLength } = addresses;
  const inside = (...command: string[]) => {
    const [file = "", ...args] = onMachine(started, command);
    return run(`the ${name}'s network`, file, args);
  };
  const pid = String(started.pid);
  await onClient(["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", pid]);
  await onClient(["ip", "address", "add", `${other}/${prefixLength}`, "dev", cable]);
  await onClient(["ip", "link", "set", cable, "up"]);
  await onClient(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  await inside("ip", "address", "add", `${own}/${prefixLength}`, "dev", "eth0");
  await inside("ip", "link", "set", "lo", "up");
  await inside("ip", "link", "set", "eth0", "up");
  await inside("ip", "route", "add", "default", "via", other);
}
