import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Credentials, type Order, type Result, type Site } from "./protocol";

/** Beyond its seconds, an order gets so long for the last answers, in milliseconds. */
const grace = 20_000;

/** Makes requests in a thread of its own, so that counting them takes no time from measuring them. */
export class Generator {
  readonly #worker: Worker;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;
  #failed: Error | undefined;
  #exited = false;

  constructor(site: Site, credentials: Credentials, signal: AbortSignal) {
    signal.throwIfAborted();
    // TypeScript is run as it stands, in this thread as in the others.
    const start = `require(${JSON.stringify(require.resolve("tsx/cjs"))});require(${JSON.stringify(join(__dirname, "worker.ts"))});`;
    this.#worker = new Worker(start, { eval: true, workerData: site });
    this.#worker.on("error", (error) => (this.#failed = error instanceof Error ? error : new Error(String(error))));
    this.#worker.once("exit", () => (this.#exited = true));
    this.#signal = signal;
    // In the middle of a request: whoever says stop means now.
    this.#stop = () => void this.#worker.terminate();
    signal.addEventListener("abort", this.#stop, { once: true });
    this.use(credentials);
  }

  use(credentials: Credentials): void {
    this.#worker.postMessage({ kind: "credentials", credentials } satisfies Order);
  }

  /** As many requests as the connections take. */
  closed(connections: number, seconds: number): Promise<Result> {
    return this.#run({ kind: "closed", connections, seconds });
  }

  /** So many requests a second. */
  constant(rate: number, connections: number, seconds: number): Promise<Result> {
    return this.#run({ kind: "constant", rate, connections, seconds });
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#stop);
    await this.#worker.terminate();
  }

  #run(order: Exclude<Order, { kind: "credentials" }>): Promise<Result> {
    this.#signal.throwIfAborted();
    if (this.#exited) {
      return Promise.reject(this.#why());
    }
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => {
          const pace = order.kind === "constant" ? ` at ${order.rate} a second` : "";
          reject(
            new Error(
              `it fell behind: the requests of ${order.seconds} s${pace} were not done ${grace / 1000} s later`,
            ),
          );
          this.#stop();
        },
        order.seconds * 1000 + grace,
      );
      const done = (result: Result) => settle(() => resolve(result));
      const ended = () => settle(() => reject((this.#signal.reason as Error | undefined) ?? this.#why()));
      const settle = (how: () => void) => {
        clearTimeout(limit);
        this.#worker.off("message", done);
        this.#worker.off("exit", ended);
        how();
      };
      this.#worker.on("message", done);
      this.#worker.on("exit", ended);
      this.#worker.postMessage(order);
    });
  }

  #why(): Error {
    return this.#failed ?? new Error("the thread that makes requests ended early");
  }
}
