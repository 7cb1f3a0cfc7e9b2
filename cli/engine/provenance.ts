import { CustomResource, Output, type Resource, type ResourceTransformation } from "@pulumi/pulumi";
import { type Path } from "../manifests/path";

/** What the SDK's outputs know about themselves and don't declare. */
interface OutputInternals {
  resources(): ReadonlySet<Resource>;
  allResources?(): Promise<ReadonlySet<Resource>>;
  promise(withUnknowns?: boolean): Promise<unknown>;
}

/**
 * Remembers what the program passed to each resource, to tell where a withheld value comes from: a request to the
 * engine only says which resources a whole property depends on, while an output knows its own.
 */
export class Provenance {
  readonly #props: { resource: Resource; type: string; name: string; props: unknown }[] = [];
  #byUrn: Promise<Map<string, unknown>> | undefined;

  /** A stack transformation that changes nothing and looks at everything. */
  readonly watch: ResourceTransformation = ({ resource, type, name, props }) => {
    this.#props.push({ resource, type, name, props });
    return undefined;
  };

  /** What the program declared and never got to register, as type and name. */
  unregistered(registered: Iterable<{ type: string; name: string }>): string[] {
    const done = new Set([...registered].map(({ type, name }) => `${type} ${name}`));
    return this.#props.map(({ type, name }) => `${type} ${name}`).filter((label) => !done.has(label));
  }

  /** The URNs of the resources that the value at a path of a resource's inputs was made from. */
  async of(urn: string, path: Path): Promise<string[]> {
    this.#byUrn ??= this.#index();
    const props = (await this.#byUrn).get(urn);
    return props === undefined ? [] : sourcesAt(props, path);
  }

  /**
   * The keys of a map that is unknown as a whole, with whether each of their values is unknown. The Kubernetes SDK makes
   * one secret of all of a Secret's data, and a single unknown value then hides the map from everybody but its output.
   */
  async keysOf(urn: string, path: Path): Promise<Map<string, boolean>> {
    this.#byUrn ??= this.#index();
    const value = await valueAt((await this.#byUrn).get(urn), path);
    if (typeof value !== "object" || value === null || Array.isArray(value) || isUnknown(value)) {
      return new Map();
    }
    return new Map(Object.entries(value).map(([key, inner]) => [key, isUnknown(inner)]));
  }

  async #index(): Promise<Map<string, unknown>> {
    const entries = this.#props.map(async ({ resource, props }) => [await urnOf(resource), props] as const);
    return new Map((await Promise.all(entries)).flatMap(([urn, props]) => (urn === undefined ? [] : [[urn, props]])));
  }
}

async function sourcesAt(value: unknown, path: Path): Promise<string[]> {
  if (value instanceof Promise) {
    return sourcesAt(await value, path);
  }
  if (CustomResource.isInstance(value)) {
    const urn = await urnOf(value);
    return urn === undefined ? [] : [urn];
  }
  if (Output.isInstance(value)) {
    const output = value as unknown as OutputInternals;
    const resources = [...((await output.allResources?.()) ?? output.resources())];
    const urns = await Promise.all(resources.filter((resource) => CustomResource.isInstance(resource)).map(urnOf));
    return urns.filter((urn) => urn !== undefined).sort();
  }
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== "object" || value === null) {
    return [];
  }
  return sourcesAt((value as Record<string | number, unknown>)[step], rest);
}

async function valueAt(value: unknown, path: Path): Promise<unknown> {
  if (value instanceof Promise) {
    return valueAt(await value, path);
  }
  if (Output.isInstance(value)) {
    return valueAt(await (value as unknown as OutputInternals).promise(true), path);
  }
  const [step, ...rest] = path;
  return step === undefined || typeof value !== "object" || value === null
    ? value
    : valueAt((value as Record<string | number, unknown>)[step], rest);
}

function isUnknown(value: unknown): boolean {
  return typeof value === "object" && value !== null && "__pulumiUnknown" in value;
}

function urnOf(resource: Resource): Promise<string | undefined> {
  // A resource that was never registered has failed, and then there is no report at all.
  return (resource.urn as unknown as OutputInternals)
    .promise()
    .then((urn) => (typeof urn === "string" ? urn : undefined));
}
