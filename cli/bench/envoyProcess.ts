/** What whoever starts an Envoy of their own needs: ports for it, the moment at which it listens, and its memory. */
import { type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../exit";

/** Longest start of an Envoy with thousands of clusters. */
const patience = 60_000;

/** Ports of loopback that nobody has, two at once so that they differ. */
export async function freePorts(): Promise<[number, number]> {
  const servers = [createServer().listen(0, "127.0.0.1"), createServer().listen(0, "127.0.0.1")];
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const [first = 0, second = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [first, second];
}

/** Waits until it takes connections; its standard error has to be a pipe, and is told where it ends before. */
export async function listening(child: ChildProcess, port: number): Promise<void> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code) => (ended = `it ended with ${code ?? "a signal"}`));
  const until = performance.now() + patience;
  while (performance.now() < until) {
    if (ended !== undefined) {
      throw new Failure(`Envoy did not start: ${ended}`, errors);
    }
    if (await opens(port)) {
      return;
    }
    await sleep(100);
  }
  throw new Failure(`Envoy did not listen within ${patience / 1000} s.`, errors);
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.end());
  });
}

/** Linux alone tells it this way; elsewhere it stays unknown. */
export function residentBytes(pid: number | undefined): number {
  try {
    const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return Number.NaN;
  }
}
