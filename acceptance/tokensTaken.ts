import { setTimeout as sleep } from "node:timers/promises";
import { type Target } from "./check";
import { seenByBackend } from "./echo";
import { ask } from "./http/request";
import { limited } from "./limited";
import { bearer } from "./tokens/ask";
import { grantIdToken } from "./tokens/grant";

export interface Waiting {
  /** Milliseconds. */
  within?: number;
  every?: number;
  /** How often in a row, since each replica of the gateway learns for itself. */
  times?: number;
}

/**
 * Waits until a genuine token of Dex opens the gate. istiod fetches an issuer's keys through the gate itself, so after a
 * first deployment, when both come up at once, it may have to try again, which takes it up to two minutes. Whatever goes
 * wrong here is for the checks to tell.
 */
export async function tokensTaken(
  target: Target,
  signal: AbortSignal,
  { within = 180_000, every = 2_000, times = 12 }: Waiting = {},
): Promise<boolean> {
  const { echo, people } = target;
  const [person] = people;
  if (echo === undefined || person === undefined || target.client === undefined) {
    return false;
  }
  const end = Date.now() + within;
  let token: string | undefined;
  for (let taken = 0; ;) {
    try {
      token ??= await grantIdToken(target, person, { signal: limited(signal, 30_000) });
      const headers = [["Accept", "application/json"], bearer(token)] as const;
      const answer = await ask(target, echo, "/", { headers, signal: limited(signal, 15_000) });
      taken = seenByBackend(answer) === undefined ? 0 : taken + 1;
      if (taken >= times) {
        return true;
      }
    } catch {
      // Dex may be coming up as well.
      taken = 0;
    }
    if (signal.aborted || (taken === 0 && Date.now() >= end)) {
      return false;
    }
    await sleep(taken > 0 ? 0 : every, undefined, { signal }).catch(() => undefined);
  }
}
