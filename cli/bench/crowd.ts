/** How fast the first and the last of many notebooks are behind a real Envoy, and what so many cost. */
import { type ChildProcess, spawn } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Failure } from "../exit";
import { addressOf, backendConfig, gatewayConfig, type Layout } from "./crowdConfig";
import { freePorts, listening, residentBytes } from "./envoyProcess";

export interface CrowdFigures {
  layout: Layout;
  notebooks: number;
  /** Requests in a second, of one connection at a time and one thread of Envoy. */
  first: number;
  last: number;
  /** How fast the last is, with the first as 1. */
  ratio: number;
  /** Envoy's resident memory after them, and the size of its configuration, in bytes. */
  memory: number;
  configuration: number;
}

export interface CrowdArgs {
  /** The program. */
  envoy: string;
  /** Where configurations may be written. */
  folder: string;
  layout: Layout;
  notebooks: number;
  /** How long each of the two is asked in all, in milliseconds. */
  duration: number;
}

/** So often the two take turns, because what else a machine does comes and goes within seconds. */
const turns = 21;

/** How many requests are on their way at once: enough to keep Envoy busy while the answers are read. */
const pipelined = 64;

export async function measureCrowd({ envoy, folder, layout, notebooks, duration }: CrowdArgs): Promise<CrowdFigures> {
  const [listener, backend] = await freePorts();
  const file = join(folder, `${layout}-${notebooks}.json`);
  writeFileSync(file, JSON.stringify(gatewayConfig({ layout, notebooks, ports: { listener, backend } })));
  const backendFile = join(folder, "backend.json");
  writeFileSync(backendFile, JSON.stringify(backendConfig(backend)));
  const started: ChildProcess[] = [];
  try {
    const start = (config: string, id: number) => {
      const args = [
        "-c",
        config,
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "--base-id",
        String(id),
        "-l",
        "error",
      ];
      const child = spawn(envoy, args, { stdio: ["ignore", "ignore", "pipe"] });
      started.push(child);
      return child;
    };
    await listening(start(backendFile, 1), backend);
    const gateway = start(file, 2);
    await listening(gateway, listener);
    const of = (index: number) => throughput(listener, addressOf(layout, index), duration / turns);
    // Each of them once before, so that the first is not the one that warms Envoy up.
    await throughput(listener, addressOf(layout, 0), duration / 4);
    await throughput(listener, addressOf(layout, notebooks - 1), duration / 4);
    const pairs: { first: number; last: number }[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      // Whoever comes second in a turn has no advantage in the next.
      const order = turn % 2 === 0 ? [0, notebooks - 1] : [notebooks - 1, 0];
      const [one = 0, other = 0] = [await of(order[0] ?? 0), await of(order[1] ?? 0)];
      pairs.push(turn % 2 === 0 ? { first: one, last: other } : { first: other, last: one });
    }
    return {
      layout,
      notebooks,
      first: median(pairs.map(({ first }) => first)),
      last: median(pairs.map(({ last }) => last)),
      ratio: median(pairs.map(({ first, last }) => last / first)),
      memory: residentBytes(gateway.pid),
      configuration: statSync(file).size,
    };
  } finally {
    for (const child of started) {
      child.kill("SIGKILL");
    }
  }
}

/** The middle one of an odd number of figures. */
function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

/** Requests answered in a second. */
async function throughput(
  port: number,
  { host, path }: { host: string; path: string },
  duration: number,
): Promise<number> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  const burst = Buffer.concat(Array.from({ length: pipelined }, () => request));
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    return await new Promise<number>((resolve, reject) => {
      let answered = 0;
      let rest = "";
      const begun = performance.now();
      socket.once("error", reject);
      socket.once("close", () => reject(new Failure(`Envoy closed the connection after ${answered} answers.`)));
      socket.on("data", (chunk: Buffer) => {
        const lines = (rest + chunk.toString("latin1")).split("\r\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          // A body without a line's end stands before the next status line.
          const at = line.indexOf("HTTP/1.1 ");
          if (at !== -1) {
            if (!line.startsWith("HTTP/1.1 200", at)) {
              reject(new Failure(`Envoy should have answered 200 for ${host}${path}; it answered: ${line.slice(at)}`));
              return;
            }
            answered += 1;
            if (answered % pipelined === 0) {
              const elapsed = performance.now() - begun;
              if (elapsed >= duration) {
                resolve((answered / elapsed) * 1000);
                return;
              }
              socket.write(burst);
            }
          }
        }
      });
      socket.once("connect", () => socket.write(burst));
    });
  } finally {
    socket.destroy();
  }
}
