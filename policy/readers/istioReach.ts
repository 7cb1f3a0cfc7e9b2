import { isMap, mapAt } from "../manifest";
import { type Member, type StackContext } from "../rule";
import { mapsAt, type Placed, specOf, textAt } from "./istio";

/** The workloads that an object of Istio is about. */
export interface Reach {
  readonly namespace: string;
  /** In Istio's root namespace, from where an object reaches all the others. */
  readonly inRoot: boolean;
  /** Labels that a pod must have; none select every pod. */
  readonly labels: Readonly<Record<string, string>>;
  /** Gateways, Services and the like that it is attached to in place of labels, as `Kind/name`. */
  readonly targets: readonly string[];
}

/** What a policy, or an EnvoyFilter, applies to. */
export function reachOf(member: Member, { settings }: StackContext): Reach {
  const spec = specOf(member.manifest);
  const { namespace } = member;
  return {
    namespace,
    inRoot: namespace === settings.rootNamespace,
    labels: labelsOf(spec),
    targets: targetsOf(spec).map(({ map }) => `${textAt(map["kind"], "kind")}/${textAt(map["name"], "name")}`),
  };
}

/** A pod as the narrowest of all reaches. */
export function reachOfPod(namespace: string, labels: Readonly<Record<string, string>>): Reach {
  return { namespace, inRoot: false, labels, targets: [] };
}

/**
 * Whether every workload of the second is one of the first's: fewer labels select more pods, so the first has none that the
 * second does not ask for as well.
 *
 * An object with targets and one with labels are never told to be about the same pods; only one that selects everything
 * covers what is attached to a gateway.
 */
export function covers(wide: Reach, narrow: Reach): boolean {
  if (wide.targets.length > 0) {
    // A target is looked for beside the policy, in the root namespace too.
    if (wide.namespace !== narrow.namespace || narrow.targets.length === 0) return false;
    return narrow.targets.every((target) => wide.targets.includes(target));
  }
  if (!wide.inRoot && wide.namespace !== narrow.namespace) return false;
  // From the root namespace an object is about pods of every namespace.
  if (narrow.inRoot && !wide.inRoot) return false;
  if (narrow.targets.length > 0) return Object.keys(wide.labels).length === 0;
  return Object.entries(wide.labels).every(([key, value]) => narrow.labels[key] === value);
}

/** Whether no pod has the labels of both. */
export function differ(one: Reach["labels"], other: Reach["labels"]): boolean {
  return Object.keys(one).some((key) => Object.hasOwn(other, key) && one[key] !== other[key]);
}

/** Whether one of them is about all that the other is about. */
export function meet(one: Reach, other: Reach): boolean {
  return covers(one, other) || covers(other, one);
}

function labelsOf(spec: Record<string, unknown>): Record<string, string> {
  return labelsFrom(selectorOf(spec), "spec.selector");
}

export function labelsFrom(value: unknown, field: string): Record<string, string> {
  const labels = mapAt(value, field);
  return Object.fromEntries(Object.keys(labels).map((key) => [key, textAt(labels[key], field)]));
}

/** Of policies (`selector.matchLabels`), of EnvoyFilters and Sidecars (`workloadSelector.labels`). */
function selectorOf(spec: Record<string, unknown>): Record<string, unknown> {
  if (Object.hasOwn(spec, "workloadSelector")) {
    const workload = mapAt(spec["workloadSelector"], "spec.workloadSelector");
    return mapAt(workload["labels"], "spec.workloadSelector.labels");
  }
  return mapAt(mapAt(spec["selector"], "spec.selector")["matchLabels"], "spec.selector.matchLabels");
}

/** `targetRefs`, and `targetRef` of the releases before it. */
export function targetsOf(spec: Record<string, unknown>): Placed[] {
  const single = spec["targetRef"];
  return [
    ...mapsAt(spec["targetRefs"], "spec.targetRefs"),
    ...(isMap(single) ? [{ field: "spec.targetRef", map: single }] : []),
  ];
}

/** How many labels an object asks for; their values may be unknown. */
export function labelCount(spec: Record<string, unknown>): number {
  return Object.keys(selectorOf(spec)).length;
}
