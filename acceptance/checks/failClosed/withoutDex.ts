import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { istiodsThatMayLackKeys, lackedKeys } from "../../cluster/keysOfIstiod";
import { istiodOf, workloads } from "../../cluster/platform";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { without } from "../../cluster/workloads";
import {
  newcomerGetsIn,
  type Pace,
  recovers,
  type Scene,
  sceneOf,
  streamsOf,
  wayIn,
  withoutRestarts,
} from "../../cluster/scene";

export function withoutDex(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "without-dex",
    proves:
      "While Dex is away nobody new gets in, tokens go on, sessions that are not due as well where oauth2-proxy gives any, and " +
      "the way in comes back by itself.",
    mend:
      "Sessions or tokens that end with Dex mean that the gateway lost Dex's keys: istiod must fetch and keep them " +
      "(PILOT_JWT_ENABLE_REMOTE_JWKS false, docs/decisions/0003); look for `jwks` in istiod's log. Or sessions fell due meanwhile, " +
      "at a replica of oauth2-proxy that has no keys yet (docs/1): then `sessions.refresh` is shorter than this outage.",
    exercises: ["gateway", "oauth2-proxy", "Dex", "istiod"],
    needs: ["user", "echo", "cluster", "disturb"],
    timeout: 1200,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { hands } = scene;
      const { probe, signal } = context;
      const streams = streamsOf(scene);
      const outage = () =>
        without(hands, workloads.dex, async () => {
          await newcomerStaysOut(scene);
          // Longer than istiod waits between two rounds of fetching keys, so that one of them fails.
          probe.busy("ask while Dex is away");
          return (await during(streams, { signal, pause: pace.pause }, () => sleep(pace.away, undefined, { signal })))
            .tallies;
        });
      const comesBack = async (askedBack: number) => {
        await newcomerGetsIn(scene, "Dex back", askedBack, pace);
        for (const stream of streams) {
          await recovers(scene, "Dex back", stream, askedBack, pace);
        }
      };
      await withoutRestarts(scene, workloads.dex, async () => {
        const young = await istiodsThatMayLackKeys(scene.api, istiodOf(context.target), signal);
        let { result: tallies, askedBack } = await outage();
        // Each time one more of them is asked for the keys, and keeps them: an outage later on finds them all with keys.
        for (let more = 0; more < young && lackedKeys(tallies); more += 1) {
          await comesBack(askedBack);
          probe.figure(
            "outages begun anew, because the gateway came to an istiod that had just started",
            more + 1,
            "outages",
          );
          ({ result: tallies, askedBack } = await outage());
        }
        for (const tally of tallies) {
          judge(probe, "Dex away", tally, { errors: "none" });
        }
        await comesBack(askedBack);
      });
    },
  };
}

async function newcomerStaysOut(scene: Scene): Promise<void> {
  const { probe, signal } = scene.context;
  const { name, brings, enter } = wayIn(scene);
  try {
    await enter();
  } catch (error) {
    signal.throwIfAborted();
    probe.seen(`${name} fails while Dex is away: ${error instanceof Error ? error.message : "an error"}`);
    return;
  }
  probe.wrong(`${name} should fail while Dex is away, because nobody can ask for a password; it ended with ${brings}`);
}
