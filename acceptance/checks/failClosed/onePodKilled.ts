import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { isReady, type Workload } from "../../cluster/objects";
import { istiodOf, workloads } from "../../cluster/platform";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { killOnePod, podsOf, waitUntilReady } from "../../cluster/workloads";
import { waitFor } from "../../cluster/wait";
import { type Pace, recovers, type Scene, sceneOf, streamsOf } from "../../cluster/scene";

/** With another pod there, requests may fail for as long as it takes the gateway to learn of the loss, in milliseconds. */
const longestGap = 20_000;

export function onePodKilled(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "one-pod-killed",
    proves:
      "The death of one pod of the gateway, Dex, istiod or, where it runs, oauth2-proxy lets nobody in, and where there are two " +
      "nobody is out for long.",
    mend:
      "A request that came through without identity at the gateway's death met a pod that was ready before it had its rules: " +
      "look at that pod's readiness and at the EnvoyFilter. Long failures: are there two replicas on two nodes?",
    exercises: ["gateway", "oauth2-proxy", "Dex", "istiod"],
    needs: ["user", "echo", "cluster", "disturb"],
    timeout: 900,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { oauth2Proxy, dex, gateway } = workloads;
      const istiod = istiodOf(context.target);
      const killed = [...(scene.visitor.session === undefined ? [] : [oauth2Proxy]), dex, istiod, gateway];
      for (const workload of killed) {
        await killUnderTraffic(scene, workload, pace);
      }
    },
  };
}

async function killUnderTraffic(scene: Scene, workload: Workload, pace: Pace): Promise<void> {
  const { context, api, hands } = scene;
  const { probe, signal } = context;
  const streams = streamsOf(scene);
  const pods = (await podsOf(api, workload, signal)).filter(isReady).length;
  const started = Date.now();
  const what = `one pod of ${workload.name} killed, of ${pods}`;
  const { tallies } = await during(streams, { signal, pause: pace.pause }, async () => {
    const victim = await killOnePod(hands, workload);
    const replaced = async () => {
      const now = await podsOf(api, workload, signal);
      const others = now.filter((pod) => isReady(pod) && pod.metadata.uid !== victim.metadata.uid);
      return others.length === pods && others.length === now.length ? true : undefined;
    };
    await waitFor(`${workload.name} has ${pods} ready pods again`, replaced, {
      within: pace.recovery,
      every: pace.every,
      signal,
    });
    await waitUntilReady(hands, workload, signal);
    probe.figure(`${what}: replaced after`, Date.now() - started, "ms");
    await sleep(Math.min(pace.away, 3_000), undefined, { signal });
  });
  for (const tally of tallies) {
    judge(probe, what, tally, { errors: "some" });
    if (pods > 1) {
      probe.expect(
        tally.longestGap <= longestGap,
        `${what}: requests ${tally.name} were never out for longer than ${longestGap / 1000} s`,
        `${what}: requests ${tally.name} had no right answer for ${(tally.longestGap / 1000).toFixed(1)} s, ` +
          `where ${longestGap / 1000} s is the most`,
      );
    }
  }
  for (const stream of streams) {
    await recovers(scene, what, stream, started, pace);
  }
}
