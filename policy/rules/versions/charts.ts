import { UnreadableText } from "../../../documents/unreadable";
import { readYaml } from "../../../documents/yaml";
import { groupOf, isMap, join, type Manifest, mapAt } from "../../manifest";
import { type AnyRelease, allReleasesOf } from "../../readers/chartValues";
import { readImage } from "../../readers/image";
import { known } from "../../readers/known";
import { type TextEntry, textMaps } from "../../texts";
import { chartReleaseOf } from "../../versions/charts";
import { type Component, componentOf } from "../../versions/components";
import { type Version } from "../../versions/version";

/** A version that something other than a pod names. */
export interface NamedVersion {
  readonly field: string;
  readonly component: Component;
  /** What is written there. */
  readonly text: unknown;
  /** Nothing where nobody can tell it. */
  readonly version: Version | "newer" | undefined;
  /** What to write for it to be told. */
  readonly mend: string;
}

/** The versions of what a chart brings, or an operator: those that its values name, or else the chart's. */
export function namedVersions(manifest: Manifest, read: (text: string) => Version | undefined): NamedVersion[] {
  return [
    ...allReleasesOf(manifest).flatMap((release) => ofRelease(release, read)),
    ...ofObject(manifest, read),
    ...textMaps(manifest).flatMap((map) => map.entries().flatMap((entry) => inText(entry, read))),
  ];
}

function ofRelease(release: AnyRelease, read: (text: string) => Version | undefined): NamedVersion[] {
  const chart = chartReleaseOf(release.chart, release.repository);
  const images = imagesIn(release.field, release.values, chart?.component, read);
  // The values' tag takes the place of the chart's own version.
  const isSaid = images.some(({ component, field }) => component === chart?.component && tagOfWhole.test(field));
  if (!chart || !release.version || isSaid) return images;
  const { field, value } = release.version;
  const isFolder = /^[./]/.test(release.chart) && (value === undefined || value === "");
  if (isFolder && (chart.component === "Dex" || chart.component === "oauth2-proxy")) return images;
  const said = "Write a whole version of the chart, or of the program into image.tag.";
  const own = versionNamed(field, chart.component, value, (text) => chart.versionOf(text), said);
  return [own, ...images];
}

/** Istio's chart writes down what it was given, and nobody reads it. */
const noted = /^(original|merged)-values$/;

/** Values of charts in a ConfigMap or a Secret, such as Flux and Istio's injector take from there. */
function inText(entry: TextEntry, read: (text: string) => Version | undefined): NamedVersion[] {
  if (noted.test(entry.name)) return [];
  const text = known(() => entry.read());
  if (!text.known || text.value === undefined || !/tag["']?[ \t]*:|image["']?[ \t]*:/i.test(text.value)) return [];
  if (!/istio|dex|oauth2|cert-manager|kfp|ml-pipeline/i.test(text.value)) return [];
  try {
    const [document, ...rest] = readYaml(text.value, "Kubernetes");
    return rest.length > 0 || !isMap(document) || "apiVersion" in document
      ? []
      : imagesIn(`${entry.field}: `, document, undefined, read);
  } catch (error) {
    // A template, or no values at all.
    if (error instanceof UnreadableText) return [];
    throw error;
  }
}

const tagOfWhole = /(^|[.: ])(image|global)\.tag$/;

/** Objects of Flux that name a chart for others, and those of Istio's operators. */
function ofObject(manifest: Manifest, read: (text: string) => Version | undefined): NamedVersion[] {
  const spec = manifest["spec"];
  if (!isMap(spec)) return [];
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  switch (`${groupOf(manifest)} ${manifest.kind}`) {
    case "source.toolkit.fluxcd.io HelmChart": {
      const source = mapAt(spec["sourceRef"], "spec.sourceRef")["name"];
      const chart = chartReleaseOf(text(spec["chart"]), text(source));
      if (!chart) return [];
      return [
        versionNamed(
          "spec.version",
          chart.component,
          spec["version"],
          (one) => chart.versionOf(one),
          "Write a whole one.",
        ),
      ];
    }
    case "source.toolkit.fluxcd.io OCIRepository": {
      const chart = chartReleaseOf(text(spec["url"]), "");
      const reference = mapAt(spec["ref"], "spec.ref");
      if (!chart) return [];
      return [
        versionNamed(
          "spec.ref.tag",
          chart.component,
          reference["tag"],
          (one) => chart.versionOf(one),
          "Write a whole one.",
        ),
      ];
    }
    case "install.istio.io IstioOperator":
      return spec["tag"] === undefined
        ? []
        : [versionNamed("spec.tag", "Istio", spec["tag"], read, "Write a whole one.")];
    case "sailoperator.io Istio":
    case "sailoperator.io IstioCNI":
    case "sailoperator.io IstioRevision":
    case "sailoperator.io ZTunnel":
      return [versionNamed("spec.version", "Istio", spec["version"], read, "Write a whole one.")];
    default:
      return [];
  }
}

function versionNamed(
  field: string,
  component: Component,
  value: unknown,
  read: (text: string) => Version | "newer" | undefined,
  mend: string,
): NamedVersion {
  return { field, component, text: value, version: typeof value === "string" ? read(value) : undefined, mend };
}

/** Deeper than charts in charts. */
const deepest = 8;

/** Images in values: as a reference, as a repository with its tag, or as a tag alone in a chart of a component. */
function imagesIn(
  field: string,
  values: unknown,
  chart: Component | undefined,
  read: (text: string) => Version | undefined,
  key = "",
  depth = 0,
): NamedVersion[] {
  if (typeof values === "string") return ofReference(field, values, key, read);
  if (depth > deepest) return [];
  if (Array.isArray(values)) {
    const items = values as readonly unknown[];
    return Array.from({ length: items.length }, (_, index) => index).flatMap((index) => {
      const item = known(() => items[index]);
      return item.known ? imagesIn(join(field, index), item.value, chart, read, key, depth + 1) : [];
    });
  }
  if (!isMap(values)) return [];
  const own = known(() => tagged(field, values, chart, read, key));
  return [
    ...(own.known ? own.value : []),
    ...Object.keys(values).flatMap((name) => {
      const part = known(() => values[name]);
      if (!part.known) return [];
      // A chart in another chart.
      const inner = isMap(part.value) ? (chartReleaseOf(name, "")?.component ?? chart) : chart;
      return imagesIn(join(field, name), part.value, inner, read, name, depth + 1);
    }),
  ];
}

const mend = "Write a whole version as its tag.";

function ofReference(
  field: string,
  text: string,
  key: string,
  read: (text: string) => Version | undefined,
): NamedVersion[] {
  if (!/image$/i.test(key) || !/[:@]/.test(text)) return [];
  const image = readImage(text);
  const component = componentOf(image);
  return component ? [versionNamed(field, component, image.tag, read, mend)] : [];
}

function tagged(
  field: string,
  values: Record<string, unknown>,
  chart: Component | undefined,
  read: (text: string) => Version | undefined,
  key: string,
): NamedVersion[] {
  const { repository, hub, tag } = values;
  const written = typeof tag === "number" ? String(tag) : tag;
  const named = typeof repository === "string" ? readImage(repository) : undefined;
  const component = named ? componentOf(named) : componentOfPlace(chart, key, hub);
  if (!component) return [];
  if (written !== undefined && written !== null && written !== "") {
    return [versionNamed(join(field, "tag"), component, written, read, mend)];
  }
  return named?.tag === undefined ? [] : [versionNamed(join(field, "repository"), component, named.tag, read, mend)];
}

/** Which image a tag without a repository is for. */
function componentOfPlace(chart: Component | undefined, key: string, hub: unknown): Component | undefined {
  if (chart === "Istio") return /^(|global|pilot|cni|proxy|ztunnel|gateway|istiod)$/.test(key) ? chart : undefined;
  if (chart !== undefined) return key === "image" ? chart : undefined;
  return typeof hub === "string" && /istio/.test(hub) ? "Istio" : undefined;
}
