import { type ChildProcess } from "node:child_process";
import { exitCodes, Failure } from "../cli/exit";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Programs at work, which a signal to this one ends first. */
const children = new Set<ChildProcess>();

let received: NodeJS.Signals | undefined;

/**
 * From now on a signal ends the programs at work and has `heedInterruption` throw, so that whoever waits can clean up; with
 * `leave` this process ends as soon as they have. Later signals change nothing: a terminal and npm both send theirs.
 */
export function endInOrder({ leave = false, graceMs = 10_000 } = {}): void {
  for (const signal of signals) {
    process.on(signal, () => {
      if (received !== undefined) {
        return;
      }
      received = signal;
      // The terminal may be gone, and cleaning up is not to fail because nobody listens.
      process.stdout.on("error", () => undefined);
      process.stderr.on("error", () => undefined);
      void Promise.all([...children].map((child) => endChild(child, graceMs))).then(() => {
        if (leave) {
          process.exit(exitCodes.ownFailure);
        }
      });
    });
  }
}

/** The signal that came, if one has. */
export function interruption(): NodeJS.Signals | undefined {
  return received;
}

/** Throws when a signal has come: nothing new is to begin. */
export function heedInterruption(): void {
  if (received !== undefined) {
    throw new Failure(`interrupted by ${received}`);
  }
}

/** A program that ends with this one. */
export function tracked<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  const forget = () => children.delete(child);
  child.once("close", forget);
  child.once("error", forget);
  return child;
}

/** First asks, then insists. */
async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    child.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
