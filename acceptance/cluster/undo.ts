import { limited } from "../limited";

/** What is changed at the moment, for a program that is told to stop before the checks are through. */
const outstanding = new Set<() => Promise<void>>();

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
  outstanding.add(once);
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
    throw new Error(`NOT RESTORED: ${what}. Restore it by hand. ${text(error)}.${before}`, { cause: error });
  } finally {
    outstanding.delete(once);
  }
  if (failed !== undefined) {
    throw failed.error;
  }
  return result as T;
}

/** Undoes what is changed at the moment; for a program that ends early. */
export async function undoEverything(): Promise<void> {
  // The youngest change first: it may stand on the others.
  for (const undo of [...outstanding].reverse()) {
    await undo().catch(() => undefined);
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
