import { type Check, type CheckContext } from "../../check";
import { workloads } from "../../cluster/platform";
import { describeError } from "../../describeError";
import { notArrived, protectedPage } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { type Answered, answeredSince, linesOfPods, type PodLines } from "./podsThatAnswered";

/** Rounds until more than one of several replicas must have answered: all of 24 at one of two is no chance. */
const rounds = 3;

/** What each part writes once a sign-in. */
const watched = {
  "oauth2-proxy": { workload: workloads.oauth2Proxy, line: "Authenticated via OAuth2" },
  Dex: { workload: workloads.dex, line: "login successful" },
} as const;

/** A whole team on a Monday morning, small. */
export const parallelSignIns = parallelSignInsOf(8);

export function parallelSignInsOf(atOnce: number): Check {
  return {
    area: "login",
    name: "parallel-sign-ins",
    proves:
      "Eight people who sign in at once, each with a browser of their own, all arrive; whichever replica a step meets. With a cluster at hand: more than one replica of Dex and of oauth2-proxy took part, where there are several.",
    mend: "kubectl logs -n auth deploy/dex and deploy/oauth2-proxy for the step that failed: replicas of oauth2-proxy must share the cookie's secret, and replicas of Dex the storage.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: ["sessions", "user"],
    timeout: 120,
    async run(context) {
      const { target, probe } = context;
      if (target.kubeconfig === undefined) {
        await signInAtOnce(context, atOnce);
        return;
      }
      const look = () => linesAt(context);
      const before = await look();
      for (let round = 1; ; round += 1) {
        await signInAtOnce(context, atOnce);
        const answered = spread(before, await look());
        if (answered.every(({ ready, pods }) => ready < 2 || pods.length > 1) || round === rounds) {
          for (const { part, ready, pods } of answered) {
            const who = pods.map(({ name, lines }) => `${name} ${lines}`).join(", ");
            const enough = pods.length > (ready > 1 ? 1 : 0);
            probe.expect(
              enough,
              `${round * atOnce} sign-ins at ${part}'s ${ready} replicas: ${who}`,
              `${round * atOnce} sign-ins should meet more than one of ${part}'s ${ready} replicas; they met ${who || "none"}`,
            );
            probe.figure(`replicas of ${part} that took part`, pods.length, "pods");
          }
          return;
        }
      }
    },
  };
}

async function signInAtOnce({ target, probe, signal }: CheckContext, atOnce: number): Promise<void> {
  const began = performance.now();
  const people = Array.from({ length: atOnce }, (_, index) => target.people[index % target.people.length]);
  await Promise.all(
    people.map(async (person, index) => {
      if (person === undefined) {
        throw new Error("nobody was named who may sign in");
      }
      const which = `sign-in ${index + 1} of ${atOnce} at once, ${person.email}`;
      try {
        const start = protectedPage(target, `/?browser=${index + 1}`);
        const fault = notArrived(target, (await signIn(target, person, start, signal)).last, person);
        probe.expect(fault === undefined, `${which}, arrived`, `${which}, should arrive; it came to ${fault}`);
      } catch (error) {
        signal.throwIfAborted();
        probe.wrong(`${which}, should arrive; ${describeError(error)}`);
      }
    }),
  );
  probe.figure(`${atOnce} sign-ins at once`, Math.round(performance.now() - began), "ms");
}

type Parts = Record<keyof typeof watched, PodLines[]>;

async function linesAt({ target, signal }: CheckContext): Promise<Parts> {
  const of = (part: keyof typeof watched) => linesOfPods(target, watched[part].workload, watched[part].line, signal);
  return { "oauth2-proxy": await of("oauth2-proxy"), Dex: await of("Dex") };
}

function spread(before: Parts, after: Parts): (Answered & { part: string })[] {
  return (Object.keys(watched) as (keyof typeof watched)[]).map((part) => ({
    part,
    ...answeredSince(before[part], after[part]),
  }));
}
