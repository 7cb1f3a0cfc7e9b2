import { parseAllDocuments } from "yaml";
import { type WireObject } from "../engine/wire";
import { groupOf, Scopes } from "../manifests/scope";

/** An object of a rendered chart, as Pulumi's provider would register it. */
export interface ChartObject {
  /** The type of its resource. */
  type: string;
  /** The name of its resource. */
  name: string;
  object: WireObject;
  /** Helm's `resource-policy: keep`. */
  retain: boolean;
  /** The namespace and the definition that the chart brings for it, as places in the list of its objects. */
  needs: number[];
}

interface Identified extends WireObject {
  apiVersion: string;
  kind: string;
  metadata: WireObject & { name: string };
}

/** Reads a chart's manifests and makes of them what Pulumi's Chart does. */
export function chartObjects(
  manifests: string,
  { namespace, prefix, skipAwait }: { namespace: string; prefix: string; skipAwait: boolean },
): ChartObject[] {
  const objects = parse(manifests).flatMap(expandList).map(identified);
  const scopes = new Scopes();
  for (const object of objects) {
    scopes.define(object);
  }
  return objects.map((object) => {
    const { apiVersion, kind, metadata } = object;
    if (isAbsent(metadata.namespace) && scopes.isNamespaced(apiVersion, kind) === true) {
      metadata.namespace = namespace;
    }
    const annotations = annotationsOf(object);
    if (skipAwait) {
      metadata.annotations = { ...annotations, "pulumi.com/skipAwait": "true" };
    }
    const place = typeof metadata.namespace === "string" ? `${metadata.namespace}/` : "";
    return {
      type: `kubernetes:${groupOf(apiVersion) === "" ? `core/${apiVersion}` : apiVersion}:${kind}`,
      name: `${prefix === "" ? "" : `${prefix}:`}${place}${metadata.name}`,
      object,
      retain: annotations["helm.sh/resource-policy"] === "keep",
      needs: needs(object, objects),
    };
  });
}

/** The order that the provider takes from the objects: namespaces and definitions come before what needs them. */
function needs({ apiVersion, kind, metadata }: Identified, objects: readonly Identified[]): number[] {
  return objects.flatMap((other, index) => {
    const spec = (other.spec ?? {}) as { group?: unknown; names?: { kind?: unknown } };
    const isNamespace = other.kind === "Namespace" && other.metadata.name === metadata.namespace;
    const isDefinition =
      other.kind === "CustomResourceDefinition" && spec.group === groupOf(apiVersion) && spec.names?.kind === kind;
    return isNamespace || isDefinition ? [index] : [];
  });
}

/** As Kubernetes reads YAML: version 1.1, where `yes` is true and `0644` is octal, but dates stay texts. */
function parse(manifests: string): WireObject[] {
  const documents = parseAllDocuments(manifests, {
    version: "1.1",
    schema: "yaml-1.1",
    uniqueKeys: false,
    logLevel: "silent",
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:timestamp"),
  });
  return (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new Error(`its YAML is broken: ${error.message.split("\n")[0] ?? ""}`);
    }
    const value: unknown = document.toJS();
    return typeof value === "object" && value !== null && Object.keys(value).length > 0 ? [value as WireObject] : [];
  });
}

function expandList(object: WireObject): WireObject[] {
  return typeof object.kind === "string" && object.kind.endsWith("List") && Array.isArray(object.items)
    ? (object.items as WireObject[]).flatMap(expandList)
    : [object];
}

function identified(object: WireObject): Identified {
  const metadata = object.metadata as WireObject | undefined | null;
  if (typeof object.apiVersion !== "string" || typeof object.kind !== "string" || typeof metadata?.name !== "string") {
    throw new Error("one of its objects has no apiVersion, kind or metadata.name");
  }
  // The old spelling of the core group.
  const apiVersion = object.apiVersion.replace(/^core\//, "");
  return { ...object, apiVersion, kind: object.kind, metadata: metadata as Identified["metadata"] };
}

function annotationsOf({ metadata }: Identified): WireObject {
  const { annotations } = metadata;
  return typeof annotations === "object" && annotations !== null && !Array.isArray(annotations) ? annotations : {};
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
