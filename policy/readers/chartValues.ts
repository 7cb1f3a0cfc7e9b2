import { type UnreadableText } from "../../documents/unreadable";
import { isMap, join, type Manifest } from "../manifest";
import { argoValuesOf } from "./argoApplication";

/** The values that somebody gives to a chart. */
export interface ChartValues {
  /** Where they stand, for example `values`, or `values.dex` for a chart inside another. */
  readonly field: string;
  readonly values: Record<string, unknown>;
  /** The release's namespace, where it names one. */
  readonly namespace: string | undefined;
  /** Files of values besides, which nobody sees here. */
  readonly filesField: string | undefined;
}

/**
 * The values for one chart in a `helm.v3.Release` of Pulumi, a HelmRelease of Flux or an Application of Argo CD, also
 * where it is a part of another chart. A `helm.v4.Chart` and a `helm.v3.Chart` come as the objects that they render.
 */
export function chartValuesOf(manifest: Manifest, chart: RegExp): ChartValues[] {
  return releasesOf(manifest).flatMap((release) => valuesFor(release, chart));
}

interface Release extends Omit<ChartValues, "values"> {
  readonly name: string;
  readonly values: unknown;
  readonly unreadable?: UnreadableText;
}

function valuesFor({ name, field, values, namespace, filesField, unreadable }: Release, chart: RegExp): ChartValues[] {
  if (unreadable && chart.test(name)) throw unreadable;
  if (chart.test(name)) return [{ field, values: isMap(values) ? values : {}, namespace, filesField }];
  if (!isMap(values)) return [];
  return Object.keys(values)
    .filter((key) => chart.test(key))
    .flatMap((key) => {
      const part = values[key];
      if (!isMap(part) || part["enabled"] === false) return [];
      return [{ field: join(field, key), values: part, namespace, filesField }];
    });
}

function releasesOf(manifest: Manifest): Release[] {
  const release = releaseOf(manifest);
  if (release) return [release];
  return argoValuesOf(manifest).map(({ chart, namespace, ...given }) => ({
    ...given,
    name: baseName(chart),
    namespace: text(namespace),
  }));
}

function releaseOf(manifest: Manifest): Release | undefined {
  if (manifest.kind === "Release" && manifest.apiVersion.startsWith("helm.sh/")) {
    const files = manifest["valueYamlFiles"];
    return {
      name: baseName(manifest["chart"]),
      field: "values",
      values: manifest["values"],
      namespace: text(manifest["namespace"]),
      filesField: Array.isArray(files) && files.length > 0 ? "valueYamlFiles" : undefined,
    };
  }
  if (manifest.kind === "HelmRelease" && manifest.apiVersion.startsWith("helm.toolkit.fluxcd.io/")) {
    const spec = isMap(manifest["spec"]) ? manifest["spec"] : {};
    const outer = isMap(spec["chart"]) ? spec["chart"] : {};
    const inner = isMap(outer["spec"]) ? outer["spec"] : {};
    const reference = isMap(spec["chartRef"]) ? spec["chartRef"] : {};
    return {
      name: baseName(inner["chart"] ?? reference["name"]),
      field: "spec.values",
      values: spec["values"],
      namespace: text(spec["targetNamespace"]),
      filesField: Array.isArray(spec["valuesFrom"]) && spec["valuesFrom"].length > 0 ? "spec.valuesFrom" : undefined,
    };
  }
  return undefined;
}

/** A chart may be a path or an address, `oci://registry.example.com/charts/dex`. */
function baseName(chart: unknown): string {
  return typeof chart === "string" ? (chart.replace(/\/+$/, "").split("/").at(-1) ?? "") : "";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
