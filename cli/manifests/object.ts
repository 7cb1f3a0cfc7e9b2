import { isKubernetesObject, type RecordedResource } from "../engine/recorded";
import { isObject, isSecret, unknown, type Wire } from "../engine/wire";
import { type ObjectId } from "./objectId";
import { Scopes } from "./scope";
import { shape, type Shaped, type ShapedObject, type ShapeOptions, shapeSecretMap, Withheld } from "./shape";

/** An object as it would be applied, without what must not be shown. */
export interface Manifest {
  id: ObjectId;
  urn: string;
  /** The chart that it was rendered from. */
  chart: string | undefined;
  value: ShapedObject;
}

/** A resource of the Kubernetes API that cannot be written as a manifest. */
export interface Unwritable {
  resource: RecordedResource;
  reason: string;
}

/** The namespace of a namespaced object that names none, as Pulumi's provider has it by default. */
const defaultNamespace = "default";

/** The Kubernetes objects among the resources, in the order of their URNs. */
export function manifests(
  resources: Iterable<RecordedResource>,
  redactor: ShapeOptions["redactor"],
): { manifests: Manifest[]; unwritable: Unwritable[] } {
  const objects = [...resources].filter(isKubernetesObject).sort((a, b) => a.urn.localeCompare(b.urn));
  const scopes = new Scopes();
  for (const { inputs } of objects) {
    scopes.define(inputs);
  }
  const result: { manifests: Manifest[]; unwritable: Unwritable[] } = { manifests: [], unwritable: [] };
  for (const resource of objects) {
    const chart = resource.origin.startsWith("urn:") ? resource.origin : undefined;
    const written = manifest(resource, scopes, { redactor, searchCopies: chart === undefined });
    if ("reason" in written) {
      result.unwritable.push({ resource, reason: written.reason });
    } else {
      result.manifests.push({ ...written, urn: resource.urn, chart });
    }
  }
  return result;
}

function manifest(
  { type, inputs }: RecordedResource,
  scopes: Scopes,
  options: ShapeOptions,
): { id: ObjectId; value: ShapedObject } | { reason: string } {
  if (type.endsWith("Patch")) {
    return { reason: "it changes a part of an object that somebody else owns" };
  }
  if (type.endsWith("List") && Array.isArray(inputs.items)) {
    return { reason: "it is a list: declare its items one by one" };
  }
  const { apiVersion, kind } = inputs as { apiVersion: string; kind: string };
  const metadata = isObject(inputs.metadata) && !isSecret(inputs.metadata) ? inputs.metadata : undefined;
  const name = identifier(metadata?.name);
  if (name === undefined) {
    return { reason: "only a real run knows its name: give it a metadata.name" };
  }
  let namespace = identifier(metadata?.namespace);
  if (namespace === undefined && metadata?.namespace !== undefined) {
    return { reason: "only a real run knows its namespace" };
  }
  const namespaced = scopes.isNamespaced(apiVersion, kind);
  if (namespaced === false) {
    namespace = undefined;
  } else if (namespaced === true) {
    namespace ??= defaultNamespace;
  }

  const value: ShapedObject = {};
  for (const [key, inner] of Object.entries(inputs)) {
    // The values of a Secret are secrets, whether or not the program says so.
    const hide = apiVersion === "v1" && kind === "Secret" && (key === "data" || key === "stringData");
    value[key] = hide ? shapeSecretMap(inner, options) : shape(inner, options);
  }
  if (kind === "CustomResourceDefinition") {
    value.spec = withOwnKeys(value.spec ?? null);
  }
  if (namespace !== undefined && isShapedObject(value.metadata)) {
    value.metadata = { ...value.metadata, namespace };
  }
  return { id: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name }, value };
}

const sdkKeys = new Set(
  [
    "embedded_resource",
    "int_or_string",
    "list_map_keys",
    "list_type",
    "map_type",
    "preserve_unknown_fields",
    "validations",
  ].map((key) => `x_kubernetes_${key}`),
);

/** The Kubernetes SDK writes `x_kubernetes_…` where the API says `x-kubernetes-…`; the provider translates it. */
function withOwnKeys(value: Shaped): Shaped {
  if (Array.isArray(value)) {
    return value.map(withOwnKeys);
  }
  return isShapedObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          sdkKeys.has(key) ? key.replaceAll("_", "-") : key,
          withOwnKeys(inner),
        ]),
      )
    : value;
}

function isShapedObject(value: unknown): value is ShapedObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Withheld);
}

function identifier(value: Wire | undefined): string | undefined {
  return typeof value === "string" && value !== "" && value !== unknown ? value : undefined;
}
