import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { isReady } from "../../cluster/objects";
import { istiodOf, workloads } from "../../cluster/platform";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { podsOf, rescaled, waitUntilReady, without } from "../../cluster/workloads";
import { type Pace, type Scene, sceneOf, streamsOf } from "../../cluster/scene";

export function gatewayPodWithoutIstiod(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "gateway-pod-without-istiod",
    proves: "A new pod of the gateway serves nobody before istiod gave it its rules.",
    mend:
      "A gateway pod must not be ready without its configuration, and the injector's webhook must refuse pods while istiod " +
      "is away (failurePolicy: Fail). Look at the pod's readiness probe and at the MutatingWebhookConfiguration.",
    exercises: ["gateway", "istiod", "API server"],
    needs: ["user", "echo", "cluster", "disturb"],
    timeout: 600,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { hands } = scene;
      const { probe, signal } = context;
      const { tallies } = await during(streamsOf(scene), { signal, pause: pace.pause }, () =>
        rescaled(hands, workloads.gateway, async (scale, replicas) => {
          const { askedBack } = await without(hands, istiodOf(context.target), async () => {
            const old = await podsOf(hands.api, workloads.gateway, signal);
            await scale(replicas + 1);
            await newPodsAreNotReady(scene, new Set(old.map(({ metadata }) => metadata.uid)), pace);
          });
          // Refused pods are tried again at growing intervals.
          await waitUntilReady(hands, workloads.gateway, signal);
          probe.seen("the new pod became ready once istiod was back");
          probe.figure("new gateway pod ready after istiod's return", Date.now() - askedBack, "ms");
          await sleep(Math.min(pace.away, 3_000), undefined, { signal });
        }),
      );
      for (const tally of tallies) {
        judge(probe, "new gateway pod without istiod", tally, { errors: "some" });
      }
    },
  };
}

/** Looks at the new pods for as long as istiod stays away. */
async function newPodsAreNotReady(
  { context: { probe, signal }, api }: Scene,
  old: ReadonlySet<string>,
  { away, every }: Pace,
): Promise<void> {
  const until = Date.now() + away;
  let born = 0;
  let looks = 0;
  do {
    const fresh = (await podsOf(api, workloads.gateway, signal)).filter(({ metadata }) => !old.has(metadata.uid));
    born = Math.max(born, fresh.length);
    looks += 1;
    const ready = fresh.find(isReady);
    if (ready !== undefined) {
      probe.wrong(
        `a new pod of the gateway should not be ready while istiod is away, because it has no rules; ${ready.metadata.name} is`,
      );
      // Whom it lets in shows in what is asked meanwhile.
      await sleep(Math.max(0, until - Date.now()), undefined, { signal });
      return;
    }
    await sleep(every, undefined, { signal });
  } while (Date.now() < until);
  probe.seen(
    born === 0
      ? `no new pod of the gateway was admitted while istiod was away (${looks} looks)`
      : `the new pod of the gateway was not ready while istiod was away (${looks} looks)`,
  );
}
