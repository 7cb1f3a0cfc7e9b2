import { type Target } from "../check";

/** What the gate answers while oauth2-proxy is away: `statusOnError` in documents/istio/meshConfig.ts. */
export const statusOnError = 503;

/**
 * Whether a status turns somebody without identity away. Without oauth2-proxy the gate has no other answer than its 503,
 * and while it should be there a 503 is a gate that is broken.
 */
export function turnsAway({ absent }: Pick<Target, "absent">, status: number, usual: readonly number[]): boolean {
  return usual.includes(status) || (absent?.has("oauth2-proxy") === true && status === statusOnError);
}
