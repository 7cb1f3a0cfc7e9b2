import { type Api } from "./api";
import { type Workload } from "./objects";
import { type Tally } from "./traffic";
import { podsOf } from "./workloads";

/** After so long each istiod was asked by a proxy, which connects anew to any of them every two minutes. */
const asked = 15 * 60_000;

/**
 * How many istiods may not have Dex's keys yet: one fetches them when a gateway that is connected to it needs them, and a
 * gateway that comes to it for the first time while Dex is away has none until Dex is back (docs/decisions/0003). One of
 * them has served the gateway.
 */
export async function istiodsThatMayLackKeys(api: Api, istiod: Workload, signal: AbortSignal): Promise<number> {
  const pods = await podsOf(api, istiod, signal);
  const young = ({ status }: (typeof pods)[number]) => Date.now() - Date.parse(status?.startTime ?? "") < asked;
  return Math.min(pods.filter(young).length, pods.length - 1);
}

/** Whether requests failed as they do where the gateway has no keys, and in no other way. */
export function lackedKeys(tallies: readonly Tally[]): boolean {
  const kinds = new Set(tallies.flatMap(({ errors }) => Object.keys(errors)));
  return kinds.size === 1 && kinds.has("status 401") && tallies.every(({ leaks }) => Object.keys(leaks).length === 0);
}
