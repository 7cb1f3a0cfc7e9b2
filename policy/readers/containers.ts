import { isMap, join, listAt, type Manifest, mapAt } from "../manifest";

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

/** Where the pod stands, in Kubernetes' own kinds and in those that have the same shape (Argo's Rollout, Knative's Service). */
const podPlaces: readonly (readonly string[])[] = [
  ["spec"],
  ["spec", "template", "spec"],
  ["spec", "jobTemplate", "spec", "template", "spec"],
  ["template", "spec"],
];

/** The containers of whatever has pods. */
export function containersOf(manifest: Manifest): Container[] {
  return podPlaces.flatMap((steps) => {
    const pod = steps.reduce<unknown>((place, step) => (isMap(place) ? place[step] : undefined), manifest);
    if (!isMap(pod)) return [];
    const podField = steps.join(".");
    return ["initContainers", "containers"].flatMap((key) => {
      // Other kinds have a field of the same name and another shape.
      if (!("containers" in pod) || (key in pod && !Array.isArray(pod[key]) && !steps.includes("template"))) return [];
      return listAt(pod[key], join(podField, key)).map((container, index) => {
        const field = join(join(podField, key), index);
        return { field, isInit: key === "initContainers", spec: mapAt(container, field), podField, pod };
      });
    });
  });
}
