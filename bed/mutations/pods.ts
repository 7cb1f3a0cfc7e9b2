import { type KubernetesObject as Body, type KubernetesObjectApi } from "@kubernetes/client-node";
import { type KubernetesObject } from "../platform/cluster/object";
import { until } from "../platform/cluster/wait";
import { lacking } from "../platform/serverSide/workloads";
import { type Mutation } from "./mutation";

/** The Deployment whose pods a mutation makes anew. */
export interface Pods {
  namespace: string;
  name: string;
  /** Whether it changes by itself with the mutated object, or has to be told. */
  told: boolean;
}

/** How long new pods may take, in seconds. */
const patience = 180;

/** On the pods' template for as long as the mutation lasts; without it the pods are those of the time before. */
const mark = "gatehouse-bed/mutation";

export function podsOf({ object, restarts }: Pick<Mutation, "object" | "restarts">): Pods | undefined {
  const { kind, namespace, name } = object;
  if (kind === "Deployment") {
    return { namespace, name, told: false };
  }
  return restarts === undefined ? undefined : { namespace, name: restarts, told: true };
}

/** Makes pods anew that read their configuration at their start alone, and waits for the new ones; the old ones may still be ending. */
export async function reachesPods(
  api: Pick<KubernetesObjectApi, "read" | "patch">,
  pods: Pods | undefined,
  mutation: string | undefined,
): Promise<void> {
  if (pods === undefined) {
    return;
  }
  const { namespace, name, told } = pods;
  const header = { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace, name } };
  if (told) {
    const template = { metadata: { annotations: { [mark]: mutation ?? null } } };
    await api.patch({ ...header, spec: { template } } as Body);
  }
  await until(`new pods of ${namespace}/${name}`, { atMost: patience }, async () => {
    const lacks = lacking((await api.read(header)) as unknown as KubernetesObject);
    return lacks === undefined ? [] : [lacks];
  });
}
