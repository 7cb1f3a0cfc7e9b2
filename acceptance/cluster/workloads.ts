import { type Api } from "./api";
import { type Deployment, isReady, type List, type Pod, type Workload } from "./objects";
import { giveBack, ownersOf } from "./ownership";
import { undoing } from "./undo";
import { waitFor } from "./wait";

/** What disturbing takes: access, the check's time, and a way to say what is going on. */
export interface Hands {
  api: Api;
  signal: AbortSignal;
  busy: (what: string) => void;
  /** Pause between two looks, in milliseconds; for tests. */
  every?: number;
}

/** How many replicas there were, for a later run to find when this one is killed before it can restore them. */
const remembered = "gatehouse.verify/replicas";
const replicasField = ["f:spec", "f:replicas"];

export const pathOf = ({ namespace, name }: Workload) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
const podsPath = (namespace: string, name = "") => `/api/v1/namespaces/${namespace}/pods${name}`;
const titleOf = ({ namespace, name }: Workload) => `${namespace}/${name}`;

export async function podsOf(api: Api, workload: Workload, signal?: AbortSignal): Promise<Pod[]> {
  const { spec } = await api.get<Deployment>(pathOf(workload), signal);
  const labels = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  const query = `?labelSelector=${encodeURIComponent(labels.join(","))}`;
  return (await api.get<List<Pod>>(podsPath(workload.namespace, query), signal)).items;
}

/** Waits until every replica is ready and of the current version. */
export async function waitUntilReady(
  { api, every }: Pick<Hands, "api" | "every">,
  workload: Workload,
  signal: AbortSignal,
  within = 180_000,
): Promise<number> {
  const look = async () => {
    const { metadata, spec, status = {} } = await api.get<Deployment>(pathOf(workload), signal);
    const wanted = spec.replicas ?? 1;
    const counts = [status.replicas, status.updatedReplicas, status.readyReplicas];
    const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    return seen && wanted > 0 && counts.every((count) => count === wanted) ? true : undefined;
  };
  const { took } = await waitFor(`${titleOf(workload)} is ready`, look, { within, every, signal });
  return took;
}

export interface Rescaled<T> {
  result: T;
  /** When its replicas were asked for again, as `Date.now()`. */
  askedBack: number;
  /** Milliseconds from then until all of them were ready. */
  readyAfter: number;
}

/** Lets an action change a workload's number of replicas, and then restores the number, readiness and who owns it. */
export async function rescaled<T>(
  { api, signal, busy, every }: Hands,
  workload: Workload,
  action: (scale: (count: number) => Promise<void>, replicas: number) => Promise<T>,
): Promise<Rescaled<T>> {
  const path = pathOf(workload);
  const { metadata, spec } = await api.get<Deployment>(path, signal);
  const replicas = (spec.replicas ?? 1) || Number(metadata.annotations?.[remembered] ?? 0);
  if (replicas === 0) {
    throw new Error(`${titleOf(workload)} has no replicas, so that there is nothing to disturb`);
  }
  const owners = ownersOf(metadata, replicasField);
  const scale = async (count: number, note: string | null, ended: AbortSignal) => {
    const body = { metadata: { annotations: { [remembered]: note } }, spec: { replicas: count } };
    await api.patch(path, "application/merge-patch+json", body, ended);
  };
  let askedBack = 0;
  let readyAfter = 0;
  const result = await undoing(
    `${titleOf(workload)} had ${replicas} replicas`,
    async (ended) => {
      busy(`bring ${titleOf(workload)} back`);
      await scale(replicas, null, ended);
      askedBack = Date.now();
      await giveBack(api, path, replicasField, owners, ended);
      readyAfter = await waitUntilReady({ api, every }, workload, ended);
    },
    () =>
      action((count) => {
        busy(`${titleOf(workload)}: ${count} replicas instead of ${replicas}`);
        return scale(count, String(replicas), signal);
      }, replicas),
  );
  return { result, askedBack, readyAfter };
}

/**
 * Takes a workload away, does something, and brings it back. With no replicas a HorizontalPodAutoscaler leaves a
 * Deployment alone until somebody gives it replicas again, which is how Kubernetes says to pause one.
 */
export function without<T>(hands: Hands, workload: Workload, action: () => Promise<T>): Promise<Rescaled<T>> {
  const { api, signal, every } = hands;
  return rescaled(hands, workload, async (scale) => {
    await scale(0);
    const gone = async () => ((await podsOf(api, workload, signal)).length === 0 ? true : undefined);
    await waitFor(`the pods of ${titleOf(workload)} are gone`, gone, { within: 120_000, every, signal });
    const result = await action();
    const { spec } = await api.get<Deployment>(pathOf(workload), signal);
    // A GitOps controller that heals its applications would make everything that was seen mean nothing.
    if (spec.replicas !== 0 || (await podsOf(api, workload, signal)).length > 0) {
      throw new Error(`something else brought ${titleOf(workload)} back in the meantime: pause it for this check`);
    }
    return result;
  });
}

/** Kills one ready pod without giving it time, and says which. */
export async function killOnePod({ api, signal, busy }: Hands, workload: Workload): Promise<Pod> {
  const victim = (await podsOf(api, workload, signal)).find(isReady);
  if (victim === undefined) {
    throw new Error(`${titleOf(workload)} has no ready pod`);
  }
  busy(`kill ${victim.metadata.name}`);
  await api.remove(podsPath(workload.namespace, `/${victim.metadata.name}`), { gracePeriodSeconds: 1 }, signal);
  return victim;
}

/** Restarts of the pods of some namespaces, by the pods' identity, and whether somebody had deleted them already. */
export type Restarts = ReadonlyMap<string, { name: string; count: number; leaving: boolean }>;

export async function restartsIn(api: Api, namespaces: readonly string[], signal?: AbortSignal): Promise<Restarts> {
  const lists = await Promise.all(namespaces.map((namespace) => api.get<List<Pod>>(podsPath(namespace), signal)));
  return new Map(
    lists.flatMap(({ items }) =>
      items.map(({ metadata: { uid, namespace = "", name, deletionTimestamp }, status }) => {
        const count = (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
        return [uid, { name: `${namespace}/${name}`, count, leaving: deletionTimestamp !== undefined }] as const;
      }),
    ),
  );
}

/**
 * The pods of before that restarted or are gone, except those of one workload and those that were leaving before: a pod
 * of another check takes its time to end, and so does one of an earlier version.
 */
export function restarted(before: Restarts, after: Restarts, except?: Workload): string[] {
  return [...before]
    .filter(([, { leaving }]) => !leaving)
    .filter(([, { name }]) => except === undefined || !name.startsWith(`${titleOf(except)}-`))
    .filter(([uid, { count }]) => (after.get(uid)?.count ?? Infinity) > count)
    .map(([, { name }]) => name);
}
