import { setTimeout as sleep } from "node:timers/promises";
import { limited } from "../limited";
import { type Outcome, type Stream } from "./streams";

/** What became of the requests of one stream. */
export interface Tally {
  name: string;
  sent: number;
  right: number;
  /** Refusals and failures where an answer was due, by what came. */
  errors: Record<string, number>;
  /** What must never happen, by what came. */
  leaks: Record<string, number>;
  /** Longest time without a right answer, in milliseconds. */
  longestGap: number;
}

export interface TrafficOptions {
  /** Requests of each stream at the same time. */
  workers?: number;
  /** Pause of each worker between two requests, in milliseconds. */
  pause?: number;
  signal: AbortSignal;
}

/** A request that says nothing for so long has failed. */
const patience = 10_000;

/** Asks without a break while something happens, and counts. Every stream has asked at least once before it begins. */
export async function during<T>(
  streams: readonly Stream[],
  { workers = 2, pause = 50, signal }: TrafficOptions,
  action: () => Promise<T>,
): Promise<{ result: T; tallies: Tally[] }> {
  const ended = new AbortController();
  const counters = streams.map((stream) => new Counter(stream));
  const running = counters.flatMap((counter) =>
    Array.from({ length: workers }, async () => {
      while (!ended.signal.aborted && !signal.aborted) {
        await counter.ask(signal);
        await sleep(pause, undefined, { signal: ended.signal }).catch(() => undefined);
      }
    }),
  );
  try {
    await Promise.all(counters.map(({ first }) => first));
    signal.throwIfAborted();
    const result = await action();
    ended.abort();
    await Promise.all(running);
    return { result, tallies: counters.map((counter) => counter.tally()) };
  } catch (error) {
    ended.abort();
    await Promise.all(running);
    const leaked = counters.map((counter) => counter.tally()).filter(({ leaks }) => Object.keys(leaks).length > 0);
    if (leaked.length === 0 || signal.aborted) {
      throw error;
    }
    // The worst finding must not be lost because something else went wrong, too.
    const told = leaked.map(({ name, leaks }) => `requests ${name} came through wrongly: ${listed(leaks)}`);
    throw new Error(told.join("; "), { cause: error });
  } finally {
    ended.abort();
    await Promise.all(running);
  }
}

class Counter {
  /** Done with the first answer, whatever it was. */
  readonly first: Promise<void>;
  readonly #stream: Stream;
  readonly #tally: Tally;
  #answered: () => void = () => undefined;
  #lastRight = Date.now();

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#tally = { name: stream.name, sent: 0, right: 0, errors: {}, leaks: {}, longestGap: 0 };
    this.first = new Promise((done) => (this.#answered = done));
  }

  async ask(signal: AbortSignal): Promise<void> {
    const outcome = await once(this.#stream, signal);
    this.#answered();
    if (signal.aborted) {
      // The check is over; what it cut off says nothing about the deployment.
      return;
    }
    this.#tally.sent += 1;
    if (outcome.kind === "right") {
      this.#tally.right += 1;
      this.#gap();
      this.#lastRight = Date.now();
    } else {
      const counts = outcome.kind === "leak" ? this.#tally.leaks : this.#tally.errors;
      counts[outcome.why] = (counts[outcome.why] ?? 0) + 1;
    }
  }

  tally(): Tally {
    this.#gap();
    return this.#tally;
  }

  #gap(): void {
    this.#tally.longestGap = Math.max(this.#tally.longestGap, Date.now() - this.#lastRight);
  }
}

/** One request of a stream; what breaks on the way is an error that lets nobody in. */
export async function once(stream: Stream, signal: AbortSignal): Promise<Outcome> {
  try {
    return await stream.ask(limited(signal, patience));
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    return { kind: "error", why: typeof code === "string" ? code : typeof name === "string" ? name : "an error" };
  }
}

export function errorsOf({ errors }: Tally): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

/** `3 × status 503, 1 × ECONNRESET`. */
export function listed(counts: Record<string, number>): string {
  const lines = Object.entries(counts).map(([why, count]) => `${count} × ${why}`);
  return lines.length === 0 ? "none" : lines.join(", ");
}
