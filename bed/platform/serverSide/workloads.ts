import { Failure } from "../../../cli/exit";
import { type Api, ApiError } from "../cluster/api";
import { conditionOf, type KubernetesObject, nameOf } from "../cluster/object";
import { until } from "../cluster/wait";

interface Container {
  name: string;
  image: string;
}

interface Counts {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  desiredNumberScheduled?: number;
  updatedNumberScheduled?: number;
  numberAvailable?: number;
}

const kinds = new Set(["Deployment", "DaemonSet", "StatefulSet", "Job"]);

export function isWorkload({ kind }: KubernetesObject): boolean {
  return kinds.has(kind);
}

/** The images that a workload's own manifest names; a sidecar's comes with its pods. */
export function imagesOf(object: KubernetesObject): string[] {
  const template = (object.spec?.template ?? {}) as {
    spec?: { containers?: Container[]; initContainers?: Container[] };
  };
  const { containers = [], initContainers = [] } = template.spec ?? {};
  return [...initContainers, ...containers].map(({ image }) => image);
}

export interface ReadyArgs {
  api: Pick<Api, "get" | "list" | "pathOf">;
  patience: number;
  every?: number;
  progress: (text: string) => void;
}

/** Waits until every workload runs as it was applied last; a failure says what its pods wait for. */
export async function workloadsReady(objects: readonly KubernetesObject[], args: ReadyArgs): Promise<void> {
  const { api, patience, every, progress } = args;
  const workloads = await Promise.all(
    objects.filter(isWorkload).map(async (object) => ({ object, path: await api.pathOf(object) })),
  );
  let said = "";
  const look = async () => {
    const states = await Promise.all(
      workloads.map(async ({ object, path }) => {
        const lacks = lacking(await api.get<KubernetesObject>(path));
        return lacks === undefined ? [] : [{ object, lacks }];
      }),
    );
    const waiting = states.flat();
    const text = waiting.map(({ object }) => nameOf(object)).join(", ");
    if (text !== said && text !== "") {
      progress(`waiting for ${text}`);
    }
    said = text;
    return waiting;
  };
  try {
    await until("waiting for workloads", { atMost: patience, every }, async () =>
      (await look()).map(({ object, lacks }) => `${nameOf(object)}: ${lacks}`),
    );
  } catch (error) {
    if (error instanceof Failure && error.details !== "") {
      const pods = await Promise.all((await look()).map(({ object }) => podsOf(object, api)));
      throw new Failure(error.message, [error.details, ...pods.flat()].join("\n"));
    }
    throw error;
  }
}

/** What keeps a workload from being ready; `undefined` when nothing does. */
export function lacking(object: KubernetesObject): string | undefined {
  const status = (object.status ?? {}) as Counts;
  if (object.kind === "Job") {
    const failed = conditionOf(object, "Failed");
    if (failed?.status === "True") {
      throw new Failure(`${nameOf(object)} failed.`, failed.message ?? "");
    }
    return conditionOf(object, "Complete")?.status === "True" ? undefined : "not complete";
  }
  if ((status.observedGeneration ?? 0) < (object.metadata.generation ?? 1)) {
    return "not seen by its controller";
  }
  if (object.kind === "DaemonSet") {
    const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0, numberAvailable = 0 } = status;
    return wanted > 0 && updated >= wanted && numberAvailable >= wanted
      ? undefined
      : `${Math.min(updated, numberAvailable)} of ${wanted} pods are ready`;
  }
  const wanted = ((object.spec ?? {}) as { replicas?: number }).replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  // Old pods of a rollout have gone when there are no more pods than new ones.
  return replicas === wanted && updatedReplicas === wanted && availableReplicas === wanted
    ? undefined
    : `${Math.min(updatedReplicas, availableReplicas)} of ${wanted} pods are ready${replicas > wanted ? ", and old ones are left" : ""}`;
}

interface Pod {
  metadata: { name: string; namespace?: string };
  status: {
    phase?: string;
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { reason?: string; exitCode?: number } };
}

/** What the pods of a workload say, or why there are none. */
async function podsOf(workload: KubernetesObject, api: Pick<Api, "list">): Promise<string[]> {
  const { namespace = "default" } = workload.metadata;
  const selector = (workload.spec?.selector ?? {}) as { matchLabels?: Record<string, string> };
  const labels = Object.entries(selector.matchLabels ?? { "job-name": workload.metadata.name });
  const query = encodeURIComponent(labels.map((pair) => pair.join("=")).join(","));
  try {
    const pods = await api.list<Pod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=${query}`);
    const said = pods.flatMap(saidBy);
    return said.length > 0
      ? said
      : [`  ${nameOf(workload)} has no pods that say why; ${await eventsOf(namespace, workload, api)}`];
  } catch (error) {
    if (error instanceof ApiError) {
      return [`  ${nameOf(workload)}: ${error.message}`];
    }
    throw error;
  }
}

function saidBy(pod: Pod): string[] {
  const scheduled = conditionOf(pod, "PodScheduled");
  const containers = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
  return [
    ...(scheduled?.status === "False" ? [scheduled.message ?? "not scheduled"] : []),
    ...containers
      .filter(({ ready }) => !ready)
      .map(({ name, state }) => {
        const { waiting, terminated } = state ?? {};
        const why = waiting ?? terminated;
        const code = terminated?.exitCode === undefined ? "" : ` (exit code ${terminated.exitCode})`;
        return `${name}: ${why?.reason ?? "not ready"}${code}${waiting?.message === undefined ? "" : `: ${waiting.message}`}`;
      }),
  ].map((text) => `  Pod ${pod.metadata.namespace ?? ""}/${pod.metadata.name}: ${text}`);
}

/** Pods that a webhook or an admission rule refuses never come to be; their ReplicaSet's events say it. */
async function eventsOf(namespace: string, { metadata }: KubernetesObject, api: Pick<Api, "list">): Promise<string> {
  const events = await api.list<{ type: string; message: string; involvedObject: { name: string } }>(
    `/api/v1/namespaces/${namespace}/events?fieldSelector=type%3DWarning`,
  );
  const own = events.filter(
    ({ involvedObject: { name } }) => name === metadata.name || name.startsWith(`${metadata.name}-`),
  );
  return own.at(-1)?.message ?? "its namespace has no warning about it";
}
