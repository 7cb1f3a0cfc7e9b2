import { type Wire, type WireObject } from "./wire";

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

/** What the engine answers in a preview: inputs come back, everything that a provider computes is unknown. */
export function previewOutputs(
  inputs: WireObject,
  additionalSecretOutputs: readonly string[],
  marks: Marks,
): WireObject {
  const outputs: WireObject = { ...inputs };
  for (const key of additionalSecretOutputs) {
    outputs[key] = marks.secret(outputs[key] ?? marks.unknown);
  }
  return outputs;
}

interface Marks {
  secret: (value: Wire) => Wire;
  unknown: Wire;
}
