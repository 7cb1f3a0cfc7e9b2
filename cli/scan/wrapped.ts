import { groupOf, isMap, type Manifest, type Step } from "../../policy/manifest";

/** A step into a kind's fields; `[]` is each item of a list. */
type Place = readonly string[];

/** Kinds that hold whole objects, which something in a cluster applies as they stand, by group. */
const wrappers: readonly (readonly [group: RegExp, kind: RegExp, places: readonly Place[]])[] = [
  // An OpenShift Template, which was a kind of the core group first.
  [/^(template\.openshift\.io)?$/, /^Template$/, [["objects", "[]"]]],
  [/^kubernetes\.(m\.)?crossplane\.io$/, /^Object$/, [["spec", "forProvider", "manifest"]]],
  [
    /^apiextensions\.crossplane\.io$/,
    /^Composition$/,
    [
      ["spec", "resources", "[]", "base"],
      ["spec", "pipeline", "[]", "input", "resources", "[]", "base"],
    ],
  ],
  // Those of Open Cluster Management and of Karmada.
  [/^work\.open-cluster-management\.io$/, /^ManifestWork$/, [["spec", "workload", "manifests", "[]"]]],
  [
    /^work\.open-cluster-management\.io$/,
    /^ManifestWorkReplicaSet$/,
    [["spec", "manifestWorkTemplate", "workload", "manifests", "[]"]],
  ],
  [/^work\.karmada\.io$/, /^Work$/, [["spec", "workload", "manifests", "[]"]]],
  [/^hive\.openshift\.io$/, /^(Selector)?SyncSet$/, [["spec", "resources", "[]"]]],
  [/^fluxcd\.controlplane\.io$/, /^ResourceSet$/, [["spec", "resources", "[]"]]],
  [/^kro\.run$/, /^ResourceGraphDefinition$/, [["spec", "resources", "[]", "template"]]],
];

/** Something at a place where a wrapper has an object. */
export interface Wrapped {
  readonly at: readonly Step[];
  readonly value: unknown;
  /** Whether the place itself is something that could have no object. */
  readonly malformed: boolean;
}

export interface Unwrapped {
  /**
   * The wrapper without what it holds, so that nothing is said of both: `null` stands in place of each object, by which
   * the other places stay what they are.
   */
  readonly wrapper: Manifest;
  readonly wrapped: readonly Wrapped[];
}

/** A wrapper taken apart; nothing of an object of another kind, and of one that holds nothing. */
export function unwrapped(manifest: Manifest): Unwrapped | undefined {
  const group = groupOf(manifest);
  const found = wrappers.find(([groups, kinds]) => groups.test(group) && kinds.test(manifest.kind));
  const wrapped: Wrapped[] = [];
  const wrapper = (found?.[2] ?? []).reduce<unknown>((left, place) => taken(left, place, [], wrapped), manifest);
  return wrapped.length === 0 ? undefined : { wrapper: wrapper as Manifest, wrapped };
}

function taken(value: unknown, [first, ...rest]: Place, at: readonly Step[], wrapped: Wrapped[]): unknown {
  if (value === undefined || value === null) return value;
  if (first === "[]" && Array.isArray(value)) {
    return (value as readonly unknown[]).map((item, index) => taken(item, rest, [...at, index], wrapped));
  }
  if (first !== undefined && first !== "[]" && isMap(value)) {
    return first in value ? { ...value, [first]: taken(value[first], rest, [...at, first], wrapped) } : value;
  }
  wrapped.push({ at, value, malformed: first !== undefined });
  return null;
}
