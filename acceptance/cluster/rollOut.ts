import { isReady, type Workload } from "./objects";
import { waitFor } from "./wait";
import { type Hands, pathOf, podsOf, waitUntilReady } from "./workloads";

/** On the pods' template for as long as a check needs them other than they were. */
const mark = "gatehouse.verify/restarted-for";

/** Has a workload's pods made anew, one by one, because they read something at their start alone; `undefined` takes the mark off. */
export async function rollOut(hands: Hands, workload: Workload, why: string | undefined): Promise<void> {
  const template = { metadata: { annotations: { [mark]: why ?? null } } };
  await hands.api.patch(pathOf(workload), "application/merge-patch+json", { spec: { template } }, hands.signal);
  await rolledOver(hands, workload);
}

/** Until no pod of before is left: one that is on its way out still answers. */
export async function rolledOver(hands: Hands, workload: Workload): Promise<void> {
  const { api, signal, every } = hands;
  await waitUntilReady(hands, workload, signal);
  const look = async () => {
    const pods = await podsOf(api, workload, signal);
    return pods.length > 0 && pods.every(isReady) ? true : undefined;
  };
  await waitFor(`the earlier pods of ${workload.name} are gone`, look, {
    within: 90_000,
    signal,
    ...(every === undefined ? {} : { every }),
  });
}
