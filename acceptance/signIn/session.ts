import { type Person, type Target } from "../check";
import { Jar } from "../http/jar";
import { Attempt } from "./attempt";
import { type Hop } from "./hop";

export { askWith, type Hop } from "./hop";

export interface Session {
  jar: Jar;
  /** Every request of the sign-in in order. */
  hops: Hop[];
  /** Where the sign-in ended. */
  last: Hop;
}

/**
 * Signs a person in as a browser does, by Dex's own form: from the page that was asked for over the gate and Dex back to
 * exactly that page. Throws where the way ends early, and says at which hop.
 */
export async function signIn(target: Target, person: Person, start: URL, signal?: AbortSignal): Promise<Session> {
  const attempt = new Attempt(target, new Jar(), start, signal);
  await attempt.toForm(undefined, person);
  const callback = await attempt.toCallback(person);
  const last = await attempt.finish(callback);
  return { jar: attempt.jar, hops: attempt.hops, last };
}

/** Another browser that holds the same cookies as this session did when it was signed in. */
export function copyOf({ hops }: Session): Jar {
  return jarFrom(hops);
}

/** The cookies of whoever got these answers, in this order. */
export function jarFrom(hops: readonly Hop[]): Jar {
  const jar = new Jar();
  for (const { url, answer } of hops) {
    jar.take(url, answer);
  }
  return jar;
}
