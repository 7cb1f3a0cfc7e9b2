import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { workloads } from "../../cluster/platform";
import { bearer, nobody, session } from "../../cluster/streams";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { newSession } from "../../cluster/visitor";
import { without } from "../../cluster/workloads";
import { type Pace, recovers, type Scene, sceneOf, signInWorks, withoutRestarts } from "../../cluster/scene";

export function withoutDex(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "without-dex",
    proves:
      "While Dex is away nobody new gets in, running sessions that are not due and tokens go on, and sign-in comes back by itself.",
    mend:
      "Sessions that end with Dex mean that the gateway lost Dex's keys: istiod must fetch and keep them " +
      "(PILOT_JWT_ENABLE_REMOTE_JWKS false, docs/decisions/0003); look for `jwks` in istiod's log. Or they fell due meanwhile, " +
      "at a replica of oauth2-proxy that has no keys yet (docs/1): then `sessions.refresh` is shorter than this outage.",
    exercises: ["gateway", "oauth2-proxy", "Dex", "istiod"],
    needs: ["user", "echo", "sessions", "cluster", "disturb"],
    timeout: 600,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { hands, visitor } = scene;
      const { target, probe, signal } = context;
      const { url, jar, token, person } = visitor;
      const streams = [
        nobody(target, url),
        session(target, url, jar, person.email),
        bearer(target, url, token, person.email),
      ];
      await withoutRestarts(scene, workloads.dex, async () => {
        const { result: tallies, askedBack } = await without(hands, workloads.dex, async () => {
          await signInFails(scene);
          // Longer than istiod waits between two rounds of fetching keys, so that one of them fails.
          probe.busy("ask while Dex is away");
          return (await during(streams, { signal, pause: pace.pause }, () => sleep(pace.away, undefined, { signal })))
            .tallies;
        });
        for (const tally of tallies) {
          judge(probe, "Dex away", tally, { errors: "none" });
        }
        await signInWorks(scene, "Dex back", askedBack, pace);
        for (const stream of streams) {
          await recovers(scene, "Dex back", stream, askedBack, pace);
        }
      });
    },
  };
}

async function signInFails({ context: { target, probe, signal }, visitor }: Scene): Promise<void> {
  try {
    await newSession(target, visitor.person, visitor.url, signal);
  } catch (error) {
    signal.throwIfAborted();
    probe.seen(`a new sign-in fails while Dex is away: ${error instanceof Error ? error.message : "an error"}`);
    return;
  }
  probe.wrong(
    "a new sign-in should fail while Dex is away, because nobody can ask for a password; it ended with a session",
  );
}
