import { CoreV1Api } from "@kubernetes/client-node";
import { type Target } from "../../check";
import { clusterApi } from "../../cluster/api";
import { connect } from "../../cluster/connect";
import { isReady, type Workload } from "../../cluster/objects";
import { podsOf } from "../../cluster/workloads";

/** How often a pod has written something. */
export interface PodLines {
  name: string;
  ready: boolean;
  lines: number;
}

export interface Answered {
  ready: number;
  pods: { name: string; lines: number }[];
}

/** More than a suite writes, less than anybody waits for. */
const mostLines = 20_000;

/** Counts the lines of each pod's log that hold a text. */
export async function linesOfPods(
  target: Target,
  { namespace, name: container }: Workload,
  text: string,
  signal: AbortSignal,
): Promise<PodLines[]> {
  const pods = await podsOf(clusterApi(target), { namespace, name: container }, signal);
  const core = connect(target).makeApiClient(CoreV1Api);
  return Promise.all(
    pods.map(async (pod) => {
      const { name } = pod.metadata;
      const log = await core.readNamespacedPodLog({ namespace, name, container, tailLines: mostLines });
      return { name, ready: isReady(pod), lines: log.split("\n").filter((line) => line.includes(text)).length };
    }),
  );
}

/** Which pods have written more than before. */
export function answeredSince(before: readonly PodLines[], after: readonly PodLines[]): Answered {
  const earlier = new Map(before.map(({ name, lines }) => [name, lines]));
  return {
    ready: after.filter(({ ready }) => ready).length,
    pods: after
      .map(({ name, lines }) => ({ name, lines: lines - (earlier.get(name) ?? 0) }))
      .filter(({ lines }) => lines > 0),
  };
}
