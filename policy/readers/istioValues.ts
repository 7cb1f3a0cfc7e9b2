import { withoutTrailing } from "../../documents/withoutTrailing";
import { readYaml } from "../../documents/yaml";
import { groupOf, isMap, join, type Manifest, mapAt, nameOf } from "../manifest";
import { argoValuesOf } from "./argoApplication";
import { type Placed, specOf, textAt } from "./istio";
import { known } from "./known";

/** Values that somebody gives to Istio's charts, or to an operator that renders them. */
export interface GivenValues extends Placed {
  /** The chart's name, where it is told. */
  readonly chart: string | undefined;
}

/**
 * Values inside other objects: Pulumi's Release of Helm, Flux's HelmRelease, Argo CD's Application, k3s' HelmChart, and the
 * resources of Istio's operators. Pulumi's Chart needs no reader, because its rendered objects come by themselves.
 */
export function valuesIn(manifest: Manifest): GivenValues[] {
  return givenIn(manifest).flatMap((values) => [values, ...partsOf(values)]);
}

/** A chart's parts, deeper than anybody puts one into another. */
const maxDepth = 4;

/** The name of a chart of Istio's, also as another calls it that it is a part of. */
const ofIstio = /istio|pilot|mesh/i;

/** Values of a chart inside another, whatever that one calls it: told by what only Istio's have. */
function partsOf({ field, map, chart }: GivenValues, depth = 0): GivenValues[] {
  if (depth >= maxDepth) return [];
  return Object.keys(map).flatMap((key) => {
    const place = join(field, key);
    const look = known(() => map[key]);
    // What is unknown at preview, and of a chart of another name, is nothing of Istio's.
    if (!look.known && ofIstio.test(key)) throw look.cause;
    if (!look.known || !isMap(look.value) || settings.includes(key)) return [];
    // Istio's own charts keep their defaults there, under the values that are given.
    const name = key === "_internal_defaults_do_not_set" ? chart : key;
    const part: GivenValues = { field: place, map: look.value, chart: name };
    return [...(isIstios(part) ? [part] : []), ...partsOf(part, depth + 1)];
  });
}

/** Values of istiod's chart that are maps, and no charts. */
const settings = ["meshConfig", "env", "global", "pilot"];

function isIstios({ map, chart = "" }: GivenValues): boolean {
  return (
    Object.hasOwn(map, "meshConfig") ||
    (Object.hasOwn(map, "pilot") && ofIstio.test(chart)) ||
    /^(istiod|istio-discovery)$/.test(chart)
  );
}

function givenIn(manifest: Manifest): GivenValues[] {
  switch (`${groupOf(manifest)} ${manifest.kind}`) {
    case "helm.sh Release":
      return [given("values", manifest["values"], manifest["chart"])];
    case "helm.toolkit.fluxcd.io HelmRelease": {
      const chart = mapAt(mapAt(specOf(manifest)["chart"], "spec.chart")["spec"], "spec.chart.spec");
      return [given("spec.values", specOf(manifest)["values"], chart["chart"])];
    }
    case "argoproj.io Application":
    case "argoproj.io ApplicationSet":
      return argoValuesOf(manifest).map(({ field, values, chart, unreadable }) => {
        if (unreadable) throw unreadable;
        return given(field, values, chart);
      });
    case "install.istio.io IstioOperator":
      return ["values", "unvalidatedValues"].map((key) => given(`spec.${key}`, specOf(manifest)[key], "istiod"));
    case "helm.cattle.io HelmChart":
    case "helm.cattle.io HelmChartConfig":
      return inText(manifest);
    case "maistra.io ServiceMeshControlPlane":
      return [given("spec.techPreview", specOf(manifest)["techPreview"], undefined)];
    case "sailoperator.io Istio":
    case "sailoperator.io IstioRevision":
    case "operator.istio.io Istio":
    case "operator.istio.io IstioRevision":
      return [given("spec.values", specOf(manifest)["values"], "istiod")];
    default:
      return [];
  }
}

function given(field: string, values: unknown, chart: unknown): GivenValues {
  // `istio/istiod`, an OCI address and a folder all end in the chart's name.
  const name = typeof chart === "string" ? withoutTrailing(chart, "/").split("/").at(-1) : undefined;
  return { field, map: mapAt(values, field), chart: name };
}

/** k3s takes values as a text; a HelmChartConfig is for the chart of its own name. */
function inText(manifest: Manifest): GivenValues[] {
  const spec = specOf(manifest);
  const field = "spec.valuesContent";
  const text = textAt(spec["valuesContent"], field);
  const chart = spec["chart"] ?? nameOf(manifest);
  return readYaml(text)
    .filter(isMap)
    .map((values) => given(`${field}: `, values, chart));
}
