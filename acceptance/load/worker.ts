import { parentPort, workerData } from "node:worker_threads";
import { setTimeout as sleep } from "node:timers/promises";
import { Asker } from "./asker";
import { Histogram } from "./histogram";
import { mostConnections, type Order, type Result, type Site } from "./protocol";

/** Requests that wait for a connection, in seconds of the rate; more would only say again that it is too much. */
const longestQueue = 15;

/** Counts what becomes of requests. */
class Count {
  readonly #started = performance.now();
  readonly #latency = new Histogram();
  readonly #result = { sent: 0, right: 0, repeated: 0 };
  readonly #errors: Record<string, number> = {};
  readonly #leaks: Record<string, number> = {};
  running = 0;

  async ask(asker: Asker, due: number): Promise<void> {
    this.running += 1;
    this.#result.sent += 1;
    const { kind, why, repeated } = await asker.ask(this.#result.sent);
    this.running -= 1;
    this.#latency.add(performance.now() - due);
    this.#result.repeated += repeated ? 1 : 0;
    if (kind === "right") {
      this.#result.right += 1;
    } else {
      const counts = kind === "leak" ? this.#leaks : this.#errors;
      counts[why] = (counts[why] ?? 0) + 1;
    }
  }

  turnedAway(): void {
    this.#result.sent += 1;
    this.#errors["not sent, because too many were waiting"] =
      (this.#errors["not sent, because too many were waiting"] ?? 0) + 1;
  }

  result(): Result {
    const [p50 = 0, p95 = 0, p99 = 0, max = 0] = [0.5, 0.95, 0.99, 1].map((share) => this.#latency.percentile(share));
    return {
      ...this.#result,
      errors: this.#errors,
      leaks: this.#leaks,
      seconds: (performance.now() - this.#started) / 1000,
      latency: { p50, p95, p99, max },
    };
  }
}

async function closed(asker: Asker, connections: number, seconds: number): Promise<Result> {
  const count = new Count();
  const end = performance.now() + seconds * 1000;
  const loop = async () => {
    while (performance.now() < end) {
      await count.ask(asker, performance.now());
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return count.result();
}

async function constant(asker: Asker, rate: number, seconds: number): Promise<Result> {
  const count = new Count();
  const started = performance.now();
  // Each kind of request comes at least once.
  const total = Math.max(asker.kinds, Math.floor(rate * seconds));
  for (let next = 0; next < total;) {
    // Each request is due at its own time; a pause of this thread must not make a slow answer look fast.
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate));
    for (; next < due; next += 1) {
      if (count.running > rate * longestQueue + mostConnections) {
        count.turnedAway();
      } else {
        void count.ask(asker, started + (next / rate) * 1000);
      }
    }
    await sleep(2);
  }
  while (count.running > 0) {
    await sleep(5);
  }
  return count.result();
}

const port = parentPort;
if (port === null) {
  throw new Error("this runs in a thread of its own");
}
const asker = new Asker(workerData as Site, mostConnections);
port.on("message", (order: Order) => {
  if (order.kind === "credentials") {
    asker.use(order.credentials);
    return;
  }
  const { kind, seconds } = order;
  const connections = Math.min(order.connections, mostConnections);
  const work = kind === "closed" ? closed(asker, connections, seconds) : constant(asker, order.rate, seconds);
  void work.then((result) => port.postMessage(result));
});
