import { UnreadableText } from "../../documents/unreadable";
import { withoutTrailing } from "../../documents/withoutTrailing";
import { groupOf, isMap, join, type Manifest } from "../manifest";
import { type Member } from "../rule";
import { argoValuesOf, fromParameters, type Given, inText, merged } from "./argoApplication";
import { known } from "./known";
import { type FoundText } from "./texts";
import { referencesIn, textOf, valuesAt, type ValuesReference } from "./valuesFrom";

/** The values that somebody gives to a chart. */
export interface ChartValues {
  /** Where they stand, for example `values`, or `values.dex` for a chart inside another. */
  readonly field: string;
  readonly values: Record<string, unknown>;
  /** The release's namespace, where it names one. */
  readonly namespace: string | undefined;
  /** Files of values besides, which nobody sees here. */
  readonly filesField: string | undefined;
  /** What changes the objects that the chart renders, after its values. */
  readonly patchesField: string | undefined;
}

/** Where values are that nobody sees, or what has the last word over them, and why that can't be judged. */
export function unseenOf({ filesField, patchesField }: ChartValues): { field: string; message: string }[] {
  const files = "gives values in files, which nobody sees here. Write them into the values.";
  const patches =
    "changes what the chart renders, so nobody can see here which settings hold. Write them into the values, and remove it.";
  return [
    ...(filesField === undefined ? [] : [{ field: filesField, message: files }]),
    ...(patchesField === undefined ? [] : [{ field: patchesField, message: patches }]),
  ];
}

/** The objects beside a manifest, among which values may stand. */
export interface Surroundings {
  readonly about: Member;
  readonly members: readonly Member[];
}

/**
 * The values for one chart in a `helm.v3.Release` of Pulumi, a HelmRelease of Flux, an Application of Argo CD, a HelmChart
 * of k3s or a Release of Crossplane, also where it is a part of another chart. A `helm.v4.Chart` and a `helm.v3.Chart` come
 * as the objects that they render.
 */
export function chartValuesOf(manifest: Manifest, chart: RegExp, around?: Surroundings): ChartValues[] {
  return releasesOf(manifest).flatMap((release) => valuesFor(withReferences(release, around), chart));
}

/** The values for one chart in a text of values, such as a ConfigMap that Flux or Argo CD takes them from. */
export function chartValuesIn(field: string, values: unknown, chart: RegExp): ChartValues[] {
  const given = { namespace: undefined, filesField: undefined, patchesField: undefined };
  return partsFor(chart, field, values, 1).map((part) => ({ ...part, ...given }));
}

/** The texts that a HelmRelease takes its values from. */
export function textsOfValues(manifest: Manifest, around: Surroundings): FoundText[] {
  return releasesOf(manifest).flatMap(({ references = [] }) =>
    references.flatMap((reference) => textOf(reference, around) ?? []),
  );
}

/** A release of any chart. */
export type AnyRelease = Pick<Release, "field" | "values" | "chart" | "repository" | "version" | "patchesField">;

export function allReleasesOf(manifest: Manifest): readonly AnyRelease[] {
  return releasesOf(manifest);
}

function valuesFor({ name, field, values, unreadable, ...release }: Release, chart: RegExp): ChartValues[] {
  if (unreadable && chart.test(name)) throw unreadable;
  const { namespace, filesField, patchesField } = release;
  const given = { namespace, filesField, patchesField };
  if (chart.test(name)) return [{ field, values: isMap(values) ? values : {}, ...given }];
  return partsFor(chart, field, values).map((part) => ({ ...part, ...given }));
}

/** Deeper than charts in charts. */
const deepest = 6;

/** What only a chart's values have, and not a few words of another chart about it. */
const ofChart = ["alphaConfig", "config", "configSecret", "extraArgs", "extraEnv"];

function partsFor(chart: RegExp, field: string, values: unknown, depth = 0): Pick<ChartValues, "field" | "values">[] {
  if (!isMap(values) || depth > deepest) return [];
  return Object.keys(values).flatMap((key) => {
    const isPart = chart.test(key);
    if (isPart && depth === 0) {
      const part = values[key];
      return isMap(part) && part["enabled"] !== false ? [{ field: join(field, key), values: part }] : [];
    }
    const part = known(() => values[key]);
    if (!part.known || !isMap(part.value)) return [];
    const { value } = part;
    const place = join(field, key);
    if (!isPart || !ofChart.some((name) => name in value)) return partsFor(chart, place, value, depth + 1);
    const enabled = known(() => value["enabled"]);
    return enabled.known && enabled.value === false ? [] : [{ field: place, values: value }];
  });
}

interface Release extends Omit<ChartValues, "values"> {
  readonly name: string;
  readonly values: unknown;
  /** As it is written: a name, a path or an address. */
  readonly chart: string;
  /** What tells where the chart comes from. */
  readonly repository: string;
  /** The chart's release; nothing for a folder. */
  readonly version: Given | undefined;
  readonly references?: readonly ValuesReference[];
  readonly unreadable?: UnreadableText;
}

function releasesOf(manifest: Manifest): Release[] {
  const release = releaseOf(manifest);
  if (release) return [release];
  return argoValuesOf(manifest).map(({ chart, repository, namespace, ...given }) => ({
    ...given,
    ...nameOfChart(chart, repository),
    namespace: text(namespace),
  }));
}

function releaseOf(manifest: Manifest): Release | undefined {
  const spec = isMap(manifest["spec"]) ? manifest["spec"] : {};
  const noFiles = { filesField: undefined };
  const noPatches = { patchesField: undefined };
  switch (`${groupOf(manifest)} ${manifest.kind}`) {
    case "helm.sh Release": {
      const files = manifest["valueYamlFiles"];
      const { repo } = isMap(manifest["repositoryOpts"]) ? manifest["repositoryOpts"] : {};
      return {
        ...nameOfChart(manifest["chart"], repo),
        version: { field: "version", value: manifest["version"] },
        field: "values",
        values: manifest["values"],
        namespace: text(manifest["namespace"]),
        filesField: isGiven(files) ? "valueYamlFiles" : undefined,
        patchesField: isGiven(manifest["postrender"]) ? "postrender" : undefined,
      };
    }
    case "helm.toolkit.fluxcd.io HelmRelease": {
      const outer = isMap(spec["chart"]) ? spec["chart"] : {};
      const inner = isMap(outer["spec"]) ? outer["spec"] : {};
      const reference = isMap(spec["chartRef"]) ? spec["chartRef"] : {};
      const source = isMap(inner["sourceRef"]) ? inner["sourceRef"]["name"] : undefined;
      return {
        ...nameOfChart(inner["chart"] ?? reference["name"], source),
        // A chartRef's version stands in the object that it names.
        version: "chart" in inner ? { field: "spec.chart.spec.version", value: inner["version"] } : undefined,
        field: "spec.values",
        values: spec["values"],
        namespace: text(spec["targetNamespace"]),
        references: referencesIn("spec.valuesFrom", spec["valuesFrom"]),
        patchesField: isGiven(spec["postRenderers"]) ? "spec.postRenderers" : undefined,
        ...noFiles,
      };
    }
    case "helm.cattle.io HelmChart": {
      const namespace = text(spec["targetNamespace"]);
      const set = isMap(spec["set"]) ? spec["set"] : {};
      const given = Object.entries(set).map(([name, value]) => ({ name, value }));
      const content = read("spec.valuesContent", spec["valuesContent"]);
      const field = given.length > 0 ? "spec.set" : "spec.valuesContent: ";
      const values = merged(content.values, fromParameters(given));
      const version = { field: "spec.version", value: spec["version"] };
      const none = { ...noFiles, ...noPatches };
      return { ...content, ...nameOfChart(spec["chart"], spec["repo"]), version, field, values, namespace, ...none };
    }
    case "helm.crossplane.io Release": {
      const parameters = isMap(spec["forProvider"]) ? spec["forProvider"] : {};
      const chart = isMap(parameters["chart"]) ? parameters["chart"] : {};
      const files = ["valuesFrom", "set"].find((key) => isGiven(parameters[key]));
      return {
        ...nameOfChart(chart["name"] ?? chart["url"], chart["repository"]),
        version: { field: "spec.forProvider.chart.version", value: chart["version"] },
        field: "spec.forProvider.values",
        values: parameters["values"],
        namespace: text(parameters["namespace"]),
        filesField: files === undefined ? undefined : `spec.forProvider.${files}`,
        patchesField: isGiven(parameters["patchesFrom"]) ? "spec.forProvider.patchesFrom" : undefined,
      };
    }
    default:
      return undefined;
  }
}

function read(field: string, content: unknown): { values: Record<string, unknown>; unreadable?: UnreadableText } {
  try {
    return { values: inText(field, content) };
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    return { values: {}, unreadable: error };
  }
}

/** A release with the values of the objects that it names: Flux merges them in their order, below its own. */
function withReferences(release: Release, around: Surroundings | undefined): Release {
  const { references = [] } = release;
  if (references.length === 0) return release;
  let values: Record<string, unknown> = {};
  let filesField = around ? undefined : "spec.valuesFrom";
  for (const reference of around ? references : []) {
    const part = around && valuesAt(reference, around);
    if (part) values = merged(values, part);
    else filesField ??= reference.field;
  }
  return { ...release, values: merged(values, isMap(release.values) ? release.values : {}), filesField };
}

/** A chart may be a path or an address, `oci://registry.example.com/charts/dex`. */
function nameOfChart(chart: unknown, repository: unknown): Pick<Release, "name" | "chart" | "repository"> {
  const written = text(chart) ?? "";
  return {
    name: withoutTrailing(written, "/").split("/").at(-1) ?? "",
    chart: written,
    repository: text(repository) ?? "",
  };
}

/** Whether there is anything; what is malformed is taken for something. */
export function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return !Array.isArray(value) || value.length > 0;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
