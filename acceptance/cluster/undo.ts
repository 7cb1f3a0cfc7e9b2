import { limited } from "../limited";

/** What is changed at the moment, for a program that is told to stop before the checks are through. */
const outstanding = new Map<() => Promise<void>, string>();

/** Long enough to bring back a large workload, short enough that nobody waits for ever. */
const longest = 240_000;

/**
 * Does something to a deployment for a while. `undo` runs once, whatever happens: after success, failure and abort. It
 * gets a signal of its own, because the check's may have ended already.
 */
export async function undoing<T>(
  what: string,
  undo: (signal: AbortSignal) => Promise<void>,
  action: () => Promise<T>,
): Promise<T> {
  let undone: Promise<void> | undefined;
  const once = () => (undone ??= undo(limited(undefined, longest)));
  outstanding.set(once, what);
  let failed: { error: unknown } | undefined;
  let result: T | undefined;
  try {
    result = await action();
  } catch (error) {
    failed = { error };
  }
  try {
    await once();
  } catch (error) {
    const before = failed === undefined ? "" : ` Before that: ${text(failed.error)}`;
    throw new Error(`${notRestored(what, error)}${before}`, { cause: error });
  } finally {
    outstanding.delete(once);
  }
  if (failed !== undefined) {
    throw failed.error;
  }
  return result as T;
}

/** Undoes what is changed at the moment, for a program that ends early; says what could not be undone. */
export async function undoEverything(): Promise<string[]> {
  const failed: string[] = [];
  // The youngest change first: it may stand on the others.
  for (const [undo, what] of [...outstanding].reverse()) {
    try {
      await undo();
    } catch (error) {
      failed.push(notRestored(what, error));
    }
  }
  return failed;
}

function notRestored(what: string, error: unknown): string {
  return `NOT RESTORED: ${what}. Restore it by hand. ${text(error)}.`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
