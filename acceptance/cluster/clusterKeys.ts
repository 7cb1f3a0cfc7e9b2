import { clusterKeys, namespaces } from "../../components/topology";
import { type Api, find } from "./api";
import { type Workload } from "./objects";
import { pathOf } from "./workloads";

/** Where the deployment hands the cluster's keys on, if it does: beside its own istiod, or in a namespace of their own. */
export async function findClusterKeys(api: Api, signal: AbortSignal): Promise<Workload | undefined> {
  for (const namespace of [namespaces.istio, namespaces.keys]) {
    const workload = { namespace, name: clusterKeys.name };
    if ((await find(api, pathOf(workload), signal)) !== undefined) {
      return workload;
    }
  }
  return undefined;
}

/** The same for a check that needs it. */
export async function clusterKeysOf(api: Api, signal: AbortSignal): Promise<Workload> {
  const workload = await findClusterKeys(api, signal);
  if (workload === undefined) {
    throw new Error("cluster-keys is gone");
  }
  return workload;
}
