import { type CheckContext, type Target } from "../check";
import { type Api, clusterApi } from "./api";
import { type Workload } from "./objects";
import { requestNamespaces } from "./platform";
import { bearer, nobody, session, type Stream } from "./streams";
import { once } from "./traffic";
import { newSession, newToken, tellWithoutSessions, type Visitor, visitorOf } from "./visitor";
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
  const visitor = await visitorOf(context, api);
  tellWithoutSessions(probe, visitor);
  return { context, api, hands, visitor };
}

/** Everybody who may ask while something happens: nobody, a token, and a session where there are any. */
export function streamsOf({ context, visitor }: Scene, target: Target = context.target): Stream[] {
  const { url, token, person } = visitor;
  return [
    nobody(target, url),
    bearer(target, url, token, person.email),
    ...(visitor.session === undefined ? [] : [session(target, url, visitor.session.jar, person.email)]),
  ];
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

/** What somebody does who comes new. */
export interface WayIn {
  /** What is done, and what is true when it succeeds. */
  name: string;
  works: string;
  /** What it ends with. */
  brings: string;
  /** Throws where it doesn't end with the application's page for this person. */
  enter: () => Promise<void>;
}

/** A sign-in from its start, or where there are no sessions, a token that is asked for anew and used. */
export function wayIn({ context: { target, signal }, api, visitor }: Scene): WayIn {
  const { person, url } = visitor;
  if (visitor.session !== undefined) {
    return {
      name: "a new sign-in",
      works: "a new sign-in works",
      brings: "a session",
      enter: async () => void (await newSession(target, person, url, signal)),
    };
  }
  return {
    name: "asking Dex for a new token",
    works: "a new token of Dex can be had and lets its holder in",
    brings: "a token that was let in",
    enter: async () => void (await newToken(target, person, url, api, signal)),
  };
}

/** Somebody new gets in, within the time of a recovery. */
export async function newcomerGetsIn(scene: Scene, what: string, since: number, pace: Pace): Promise<void> {
  const { probe, signal } = scene.context;
  const { works, enter } = wayIn(scene);
  const look = async () => {
    await enter();
    return true;
  };
  await waitFor(`${what}: ${works}`, look, { within: pace.recovery, every: pace.every, signal });
  probe.seen(`${what}: ${works}`);
  probe.figure(`${what}: ${works} after`, Date.now() - since, "ms");
}

/** Does something during which nothing on a request's way may restart, except what is away. */
export async function withoutRestarts<T>(
  { context: { probe, signal, target }, api }: Scene,
  except: Workload | undefined,
  action: () => Promise<T>,
): Promise<T> {
  const why = except === undefined ? "" : ` because ${except.name} was away`;
  const onTheWay = requestNamespaces(target);
  const before = await restartsIn(api, onTheWay, signal);
  const result = await action();
  const lost = restarted(before, await restartsIn(api, onTheWay, signal), except);
  probe.expect(
    before.size > 0 && lost.length === 0,
    `none of ${before.size} pods had to restart${why}`,
    before.size === 0
      ? `no pods were found in ${onTheWay.join(", ")}`
      : `nothing${except === undefined ? "" : ` but ${except.name}`} should restart; these restarted or are gone: ${lost.join(", ")}`,
  );
  return result;
}
