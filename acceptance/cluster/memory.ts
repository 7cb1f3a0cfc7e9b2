import { type Api } from "./api";
import { type Workload } from "./objects";
import { podsOf } from "./workloads";

interface Summary {
  pods?: {
    podRef?: { name?: string; namespace?: string };
    containers?: { name: string; memory?: { rssBytes?: number; workingSetBytes?: number } }[];
  }[];
}

/** Bytes in use by each container, named `pod/container`. */
export type Memory = ReadonlyMap<string, number>;

/** What kubelet measures of some workloads; empty where the cluster doesn't tell. */
export async function memoryOf(api: Api, workloads: readonly Workload[], signal: AbortSignal): Promise<Memory> {
  const pods = (await Promise.all(workloads.map((workload) => podsOf(api, workload, signal)))).flat();
  const names = new Set(pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const nodes = new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []));
  const memory = new Map<string, number>();
  for (const node of nodes) {
    const path = `/api/v1/nodes/${node}/proxy/stats/summary?only_cpu_and_memory=true`;
    // Not every cluster has real nodes, and not everybody may ask them.
    const { pods: measured = [] } = await api.get<Summary>(path, signal).catch((): Summary => ({}));
    for (const { podRef = {}, containers = [] } of measured) {
      if (!names.has(`${podRef.namespace}/${podRef.name}`)) {
        continue;
      }
      for (const { name, memory: { rssBytes = 0, workingSetBytes = 0 } = {} } of containers) {
        // Some runtimes give no resident size.
        const bytes = rssBytes > 0 ? rssBytes : workingSetBytes;
        if (bytes > 0) {
          memory.set(`${podRef.name}/${name}`, bytes);
        }
      }
    }
  }
  return memory;
}

/** A measurement at a time, in milliseconds. */
export interface Sample {
  at: number;
  memory: Memory;
}

export interface Growth {
  container: string;
  /** Median of the second sixth, and of the last. */
  early: number;
  late: number;
}

/** How much each container grew between the second and the last sixth of the samples, which are taken at even pauses. */
export function growthOf(samples: readonly Sample[]): Growth[] {
  const count = samples.length;
  const begin = Math.floor(count / 6);
  // At least one each, where a busy machine came to few.
  const early = samples.slice(begin, Math.max(begin + 1, Math.ceil(count / 3)));
  const late = samples.slice(Math.max(begin + 1, Math.floor((count * 5) / 6)));
  const containers = new Set(samples.flatMap(({ memory }) => [...memory.keys()]));
  return [...containers].flatMap((container) => {
    const [before, after] = [early, late].map((some) =>
      median(some.flatMap(({ memory }) => memory.get(container) ?? [])),
    );
    return before === undefined || after === undefined ? [] : [{ container, early: before, late: after }];
  });
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
