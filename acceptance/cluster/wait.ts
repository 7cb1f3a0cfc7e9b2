import { setTimeout as sleep } from "node:timers/promises";

export interface Waiting {
  /** Longest time, in milliseconds. */
  within: number;
  /** Pause between two looks, in milliseconds. */
  every?: number;
  signal: AbortSignal;
}

/**
 * Looks until there is something to see, and gives it with the milliseconds that it took. A look that fails counts as
 * nothing seen; the last failure is told when the time is over.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { within, every = 500, signal }: Waiting,
): Promise<{ value: T; took: number }> {
  const started = Date.now();
  for (;;) {
    signal.throwIfAborted();
    let failure = "";
    try {
      const value = await look();
      if (value !== undefined) {
        return { value, took: Date.now() - started };
      }
    } catch (error) {
      failure = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (Date.now() - started >= within) {
      throw new Error(`waited ${Math.round(within / 1000)} s in vain: ${what}${failure}`);
    }
    await sleep(every, undefined, { signal });
  }
}
