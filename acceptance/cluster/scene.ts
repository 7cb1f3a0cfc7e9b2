import { type CheckContext } from "../check";
import { type Api, clusterApi } from "./api";
import { type Workload } from "./objects";
import { requestNamespaces } from "./platform";
import { type Stream } from "./streams";
import { once } from "./traffic";
import { newSession, type Visitor, visitorOf } from "./visitor";
import { waitFor } from "./wait";
import { type Hands, restarted, restartsIn } from "./workloads";

/** How long things last, in milliseconds; tests are in a hurry. */
export interface Pace {
  /** How long a part stays away. */
  away: number;
  /** Within what time everything must work again. */
  recovery: number;
  /** Pause between two looks. */
  every: number;
  /** Pause of each worker of the traffic between two requests. */
  pause?: number;
}

export interface Scene {
  context: CheckContext;
  api: Api;
  hands: Hands;
  visitor: Visitor;
}

export async function sceneOf(context: CheckContext, { every }: Pace): Promise<Scene> {
  const { target, probe, signal } = context;
  const api = clusterApi(target);
  const hands: Hands = { api, signal, busy: (what) => probe.busy(what), every };
  probe.busy("sign in");
  return { context, api, hands, visitor: await visitorOf(context, api) };
}

/** Waits until a stream is right again, and reports how long that took from `since`. */
export async function recovers(
  { context: { probe, signal } }: Scene,
  what: string,
  stream: Stream,
  since: number,
  { recovery, every }: Pace,
): Promise<void> {
  const look = async () => {
    const outcome = await once(stream, signal);
    if (outcome.kind !== "right") {
      throw new Error(outcome.why);
    }
    return true;
  };
  await waitFor(`${what}: requests ${stream.name} are right again`, look, { within: recovery, every, signal });
  probe.seen(`${what}: requests ${stream.name} are right again`);
  probe.figure(`${what}: requests ${stream.name} right again after`, Date.now() - since, "ms");
}

/** A sign-in from its start works, within the time of a recovery. */
export async function signInWorks(scene: Scene, what: string, since: number, pace: Pace): Promise<void> {
  const { context, visitor } = scene;
  const { target, probe, signal } = context;
  const look = async () => await newSession(target, visitor.person, visitor.url, signal);
  await waitFor(`${what}: a new sign-in works`, look, { within: pace.recovery, every: pace.every, signal });
  probe.seen(`${what}: a new sign-in works`);
  probe.figure(`${what}: a new sign-in works after`, Date.now() - since, "ms");
}

/** Does something during which nothing on a request's way may restart, except what is away. */
export async function withoutRestarts<T>(
  { context: { probe, signal }, api }: Scene,
  except: Workload | undefined,
  action: () => Promise<T>,
): Promise<T> {
  const why = except === undefined ? "" : ` because ${except.name} was away`;
  const before = await restartsIn(api, requestNamespaces, signal);
  const result = await action();
  const lost = restarted(before, await restartsIn(api, requestNamespaces, signal), except);
  probe.expect(
    before.size > 0 && lost.length === 0,
    `none of ${before.size} pods had to restart${why}`,
    before.size === 0
      ? `no pods were found in ${requestNamespaces.join(", ")}`
      : `nothing${except === undefined ? "" : ` but ${except.name}`} should restart; these restarted or are gone: ${lost.join(", ")}`,
  );
  return result;
}
