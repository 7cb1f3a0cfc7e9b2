import { join, listAt, type Manifest, mapAt } from "../manifest";
import { podsOf } from "./pods";

/** A container of a workload, with the pod that it is in. */
export interface Container {
  /** Where it stands, for example `spec.template.spec.containers[0]`. */
  readonly field: string;
  /** Whether it ends before the others start. */
  readonly isInit: boolean;
  readonly spec: Record<string, unknown>;
  readonly podField: string;
  readonly pod: Record<string, unknown>;
}

/** The containers of whatever has pods, of any kind, also those that somebody adds for debugging. */
export function containersOf(manifest: Manifest): Container[] {
  return podsOf(manifest).flatMap(({ field: podField, spec: pod }) =>
    ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => {
      const list = join(podField, key);
      return listAt(pod[key], list).map((container, index) => {
        const field = join(list, index);
        return { field, isInit: key === "initContainers", spec: mapAt(container, field), podField, pod };
      });
    }),
  );
}
