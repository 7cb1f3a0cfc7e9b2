import { type RecordedResource } from "../engine/recorded";
import { isAsset, isObject, isSecret, resourceAsValue, unknown, type Wire, type WireObject } from "../engine/wire";
import { type Path, showPath } from "../manifests/path";

export const chartType = "kubernetes:helm.sh/v4:Chart";

/** What a Chart asks its provider for. */
export interface ChartRequest {
  /** A name in a repository, a path, or a URL. */
  chart: string;
  version: string | undefined;
  repository: string | undefined;
  releaseName: string;
  namespace: string;
  values: WireObject;
  skipCrds: boolean;
  skipAwait: boolean;
  /** What the names of the rendered resources begin with. */
  prefix: string;
  devel: boolean;
  dependencyUpdate: boolean;
}

/** Inputs that would make the rendering depend on this machine's keys, programs or secrets. */
const unsupported = ["postRenderer", "verify", "keyring", "valueYamlFiles"];

/** Reads a Chart's inputs as its provider would, or says why it can't be rendered here. */
export function chartRequest({ name, inputs }: RecordedResource): ChartRequest | { reason: string } {
  for (const { path, what } of obstacles(inputs)) {
    return { reason: `its ${showPath(path)} is ${what}` };
  }
  const used = unsupported.find((key) => inputs[key] !== undefined && inputs[key] !== false);
  if (used !== undefined) {
    return { reason: `its ${used} is not supported offline` };
  }
  const repositoryOpts = isObject(inputs.repositoryOpts) ? inputs.repositoryOpts : {};
  const credential = Object.keys(repositoryOpts).find((key) => key !== "repo");
  if (credential !== undefined) {
    return { reason: `its repository is opened with ${credential}: put the chart into a folder and pass --charts` };
  }
  const chart = text(inputs.chart);
  if (chart === undefined) {
    return { reason: "it names no chart" };
  }
  return {
    chart,
    version: text(inputs.version),
    repository: text(repositoryOpts.repo),
    releaseName: text(inputs.name) ?? name,
    namespace: text(inputs.namespace) ?? "default",
    values: isObject(inputs.values) ? inputs.values : {},
    skipCrds: inputs.skipCrds === true,
    skipAwait: inputs.skipAwait === true,
    prefix: typeof inputs.resourcePrefix === "string" ? inputs.resourcePrefix : name,
    devel: inputs.devel === true,
    dependencyUpdate: inputs.dependencyUpdate === true,
  };
}

function text(value: Wire | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Places that keep a chart from being rendered. A secret among them would stand in the rendered objects in clear, and
 * nothing could tell where.
 */
function* obstacles(value: Wire, path: Path = []): Generator<{ path: Path; what: string }> {
  if (value === unknown || resourceAsValue(value) !== undefined) {
    yield { path, what: "known after pulumi up only" };
  } else if (isSecret(value)) {
    yield { path, what: "a secret, which would stand in the rendered objects in clear" };
  } else if (isAsset(value)) {
    yield { path, what: "a file that only the provider reads" };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield* obstacles(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}
