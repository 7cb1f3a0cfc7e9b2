import { groupOf, isMap, join, listAt, type Manifest, mapAt, UnexpectedShape } from "../manifest";
import { isUnknownValue } from "../rule";
import { type Image, readImage } from "./image";

/** A pod, or the template that a workload makes pods from. */
export interface Pod {
  /** Where its spec stands, for example `spec.template.spec`. */
  readonly field: string;
  readonly spec: Record<string, unknown>;
  readonly labels: Record<string, unknown>;
  readonly annotations: Record<string, unknown>;
}

export interface Container {
  readonly field: string;
  readonly name: string;
  readonly values: Record<string, unknown>;
  /** Nothing where the manifest leaves the image to somebody else. */
  readonly image: Image | undefined;
}

/** A field of a security context, and where it stands or would have to. */
export interface SecurityField {
  readonly field: string;
  readonly value: unknown;
}

/** Where Kubernetes' own kinds keep their pod; the API group doesn't matter, so that each version served is read. */
const templates: Readonly<Record<string, string>> = {
  Pod: "",
  PodTemplate: "template",
  CronJob: "spec.jobTemplate.spec.template",
  Deployment: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  ReplicaSet: "spec.template",
  ReplicationController: "spec.template",
  Job: "spec.template",
};

const workloadGroups = new Set(["", "apps", "batch", "extensions"]);

/**
 * The pods of an object: of Kubernetes' workloads, and of any other kind that holds a pod's spec somewhere, such as a
 * Notebook, a TFJob or an InferenceService.
 */
export function podsOf(manifest: Manifest): readonly Pod[] {
  const pods = remembered.get(manifest) ?? findPods(manifest);
  // Every rule about pods asks for the same.
  remembered.set(manifest, pods);
  return pods;
}

const remembered = new WeakMap<Manifest, readonly Pod[]>();

function findPods(manifest: Manifest): Pod[] {
  const place = workloadGroups.has(groupOf(manifest)) ? templates[manifest.kind] : undefined;
  if (place === undefined) return podsInside(manifest);
  const keys = place === "" ? [] : place.split(".");
  const template = keys.reduce<Record<string, unknown>>((outer, key) => mapAt(outer[key], place), manifest);
  const field = place === "" ? "spec" : `${place}.spec`;
  const spec = mapAt(template["spec"], field);
  return [podOf(field, spec, template["metadata"])];
}

/** A definition names the fields of its objects without being one. */
function podsInside(manifest: Manifest): Pod[] {
  if (manifest.kind === "CustomResourceDefinition" || manifest["spec"] === undefined) return [];
  return search("spec", manifest["spec"], undefined);
}

function search(field: string, value: unknown, metadata: unknown): Pod[] {
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    return Array.from({ length: items.length }, (_, index) => index).flatMap((index) =>
      look(items, index, (item) => search(join(field, index), item, undefined)),
    );
  }
  if (!isMap(value)) return [];
  if (isPodSpec(value)) return [podOf(field, value, metadata)];
  return Object.keys(value).flatMap((key) =>
    look(value, key, (inner) => search(join(field, key), inner, key === "spec" ? value["metadata"] : undefined)),
  );
}

function isPodSpec(value: Record<string, unknown>): boolean {
  const containers = Object.hasOwn(value, "containers") ? value["containers"] : undefined;
  if (!Array.isArray(containers)) return false;
  return (containers as readonly unknown[]).some((item) => isMap(item) && ("image" in item || "name" in item));
}

/** The names under which kinds keep a pod; a value that is unknown at preview hides a pod only under one of them. */
const ofPods = /^(spec|templates?|pod(Template|Spec)?|(initC|ephemeralC|c)ontainers)$/;

function look<K extends PropertyKey>(from: Record<K, unknown>, key: K, then: (value: unknown) => Pod[]): Pod[] {
  let value: unknown;
  try {
    value = from[key];
  } catch (error) {
    if (isUnknownValue(error) && !ofPods.test(String(key))) return [];
    throw error;
  }
  return then(value);
}

function podOf(field: string, spec: Record<string, unknown>, metadata: unknown): Pod {
  const at = field.replace(/(^|\.)spec$/, "$1metadata");
  return {
    field,
    spec,
    // Read when asked for, because each can be unknown at preview.
    get labels() {
      return mapAt(mapAt(metadata, at)["labels"], `${at}.labels`);
    },
    get annotations() {
      return mapAt(mapAt(metadata, at)["annotations"], `${at}.annotations`);
    },
  };
}

/** All containers: those that run, those that run first, and those that somebody adds for debugging. */
export function containersOf(pod: Pod): Container[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) => {
    const field = join(pod.field, list);
    return listAt(pod.spec[list], field).map((item, index) => {
      const at = join(field, index);
      const values = mapAt(item, at);
      const { name } = values;
      return {
        field: at,
        values,
        name: typeof name === "string" ? name : "",
        get image() {
          const image = values["image"] ?? "";
          if (typeof image !== "string") throw new UnexpectedShape(join(at, "image"), image, "a string");
          return image.trim() === "" ? undefined : readImage(image);
        },
      };
    });
  });
}

/** A container's own setting, or the pod's, which holds for containers that have none. */
export function effective(pod: Pod, container: Container, key: string): SecurityField {
  const own = ownSetting(container, key);
  if (own.value !== undefined && own.value !== null) return own;
  const field = join(pod.field, "securityContext");
  const value = mapAt(pod.spec["securityContext"], field)[key];
  return value === undefined || value === null ? own : { field: join(field, key), value };
}

/** A setting that only containers have. */
export function ownSetting(container: Container, key: string): SecurityField {
  const field = join(container.field, "securityContext");
  return { field: join(field, key), value: mapAt(container.values["securityContext"], field)[key] };
}

/** A value for a message; long ones, which may be confidential, are only described. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return "absent";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `a list of ${value.length}`;
  if (typeof value === "object") return "a map";
  const text = JSON.stringify(value);
  return typeof value === "string" && value.length > 120 ? `a text of ${value.length} characters` : text;
}
