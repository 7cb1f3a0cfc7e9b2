import { Failure } from "../../../cli/exit";

export interface Patience {
  /** Seconds. */
  atMost: number;
  /** Seconds between two looks. */
  every?: number;
}

/**
 * Looks until nothing is waited for any more; `look` says what still is, in a person's words. What is still waited for at
 * the end is the failure's text.
 */
export async function until(
  doing: string,
  { atMost, every = 1 }: Patience,
  look: () => Promise<string[]>,
): Promise<void> {
  const deadline = Date.now() + atMost * 1000;
  for (;;) {
    const waitedFor = await look();
    if (waitedFor.length === 0) {
      return;
    }
    if (Date.now() >= deadline) {
      throw new Failure(`${doing}: not done within ${atMost} s.`, waitedFor.join("\n"));
    }
    await new Promise((resolve) => setTimeout(resolve, every * 1000));
  }
}
