import { type Person, type Target } from "../check";

/** The echo application, which the check that asks has named as its need. */
export function echoOf(target: Target): URL {
  if (target.echo === undefined) {
    throw new Error("the target has no echo application");
  }
  return target.echo;
}

/** The same where it has a host of its own: at the gate's own it shares that with sign-in, and has no path of `/dex/` or `/oauth2/`. */
export function echoElsewhere({ gate, echo }: Pick<Target, "gate" | "echo">): URL | undefined {
  return echo?.host === gate.host ? undefined : echo;
}

/** The first person that was named, who signs in where one is enough. */
export function somebody(target: Target): Person {
  const [person] = target.people;
  if (person === undefined) {
    throw new Error("nobody was named who may sign in");
  }
  return person;
}

/** A client of Dex. */
export type Client = NonNullable<Target["client"]>;

export function clientOf(target: Target): Client {
  if (target.client === undefined) {
    throw new Error("no client of Dex was named");
  }
  return target.client;
}
