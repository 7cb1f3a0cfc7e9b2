import { type ReadResourceRequest, type RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { secret, unknown, type WireObject } from "./wire";

/** A resource as the engine would know it after a preview. */
export interface RecordedResource {
  urn: string;
  type: string;
  name: string;
  /** Whether a provider makes it; the others are components. */
  custom: boolean;
  /** Whether a provider makes the component's children, as for a Helm chart. */
  remote: boolean;
  /** The parent's URN; none for the stack. */
  parent: string | undefined;
  /** Its inputs with their marks; of a remote component those that its provider would get. */
  inputs: WireObject;
  /** What the program gets back: known inputs, and unknowns for what only a real run makes. */
  outputs: WireObject;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** URN and id of an explicit provider, empty for the default one. */
  provider: string;
  /** The version of the SDK that declared it, which names the default provider. */
  version: string;
  protect: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
  aliases: string[];
  deleteBeforeReplace: boolean | undefined;
  customTimeouts: { create: string; update: string; delete: string };
  /** The id of what exists already. */
  id?: string;
  /** `program`; `read` for what exists already; or the URN of the chart that it was rendered from. */
  origin: string;
}

/** Whether a resource is an object of the Kubernetes API. */
export function isKubernetesObject({ type, custom, origin, inputs }: RecordedResource): boolean {
  return (
    custom &&
    origin !== "read" &&
    type.startsWith("kubernetes:") &&
    typeof inputs.apiVersion === "string" &&
    typeof inputs.kind === "string"
  );
}

/** What is known about a declaration besides its request. */
interface Circumstances {
  urn: string;
  inputs: WireObject;
  origin: string;
  /** The parent. */
  above: RecordedResource | undefined;
}

/** A resource as the program, or a remote component's provider, declares it. */
export function declared(
  request: RegisterResourceRequest,
  { urn, inputs, origin, above }: Circumstances,
): RecordedResource {
  const propertyDependencies: Record<string, string[]> = {};
  for (const [key, dependencies] of request.getPropertydependenciesMap().entries()) {
    propertyDependencies[key] = [...dependencies.getUrnsList()].sort();
  }
  const timeouts = request.getCustomtimeouts();
  const additionalSecretOutputs = request.getAdditionalsecretoutputsList();
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    remote: request.getRemote(),
    parent: request.getParent() === "" ? undefined : request.getParent(),
    inputs,
    outputs: request.getCustom() ? previewOutputs(inputs, additionalSecretOutputs) : {},
    dependencies: [...request.getDependenciesList()].sort(),
    propertyDependencies,
    provider: request.getProvider(),
    version: request.getVersion(),
    // The engine lets children inherit both from a component.
    protect: request.hasProtect() ? request.getProtect() === true : above?.protect === true,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() === true : above?.retainOnDelete === true,
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs,
    aliases: request.getAliasesList().flatMap((alias) => (alias.hasUrn() ? [alias.getUrn()] : [])),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    customTimeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
    },
    origin,
  };
}

/** A resource that exists already and is only looked at. */
export function read(request: ReadResourceRequest, urn: string, inputs: WireObject): RecordedResource {
  const additionalSecretOutputs = request.getAdditionalsecretoutputsList();
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: true,
    remote: false,
    parent: request.getParent() === "" ? undefined : request.getParent(),
    inputs,
    outputs: previewOutputs(inputs, additionalSecretOutputs),
    dependencies: [...request.getDependenciesList()].sort(),
    propertyDependencies: {},
    provider: request.getProvider(),
    version: request.getVersion(),
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    additionalSecretOutputs,
    aliases: [],
    id: request.getId(),
    deleteBeforeReplace: undefined,
    customTimeouts: { create: "", update: "", delete: "" },
    origin: "read",
  };
}

/** What the engine answers in a preview: inputs come back, everything that a provider computes is unknown. */
function previewOutputs(inputs: WireObject, additionalSecretOutputs: readonly string[]): WireObject {
  const outputs: WireObject = { ...inputs };
  for (const key of additionalSecretOutputs) {
    outputs[key] = secret(outputs[key] ?? unknown);
  }
  return outputs;
}
