import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { istiodOf } from "../../cluster/platform";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { without } from "../../cluster/workloads";
import { type Pace, newcomerGetsIn, recovers, sceneOf, streamsOf, withoutRestarts } from "../../cluster/scene";

export function withoutIstiod(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "without-istiod",
    proves: "While istiod is away the gateway goes on with the rules that it has, and nobody sees a difference.",
    mend:
      "The gateway and the sidecars keep their last configuration; if requests fail, look at `kubectl get pods -n ingress` " +
      "and at the age of the sidecars' certificates, which istiod signs for a day.",
    exercises: ["gateway", "istiod", "sidecar"],
    needs: ["user", "echo", "cluster", "disturb"],
    timeout: 600,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { hands } = scene;
      const { probe, signal, target } = context;
      const istiod = istiodOf(target);
      const streams = streamsOf(scene);
      await withoutRestarts(scene, istiod, async () => {
        const { result: tallies, askedBack } = await without(hands, istiod, async () => {
          const away = Date.now();
          probe.busy("ask while istiod is away");
          const seen = await during(streams, { signal, pause: pace.pause }, async () => {
            await newcomerGetsIn(scene, "istiod away", away, pace);
            await sleep(pace.away, undefined, { signal });
          });
          return seen.tallies;
        });
        for (const tally of tallies) {
          judge(probe, "istiod away", tally, { errors: "none" });
        }
        for (const stream of streams) {
          await recovers(scene, "istiod back", stream, askedBack, pace);
        }
      });
    },
  };
}
