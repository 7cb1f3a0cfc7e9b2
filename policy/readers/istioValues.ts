import { groupOf, type Manifest, mapAt } from "../manifest";
import { argoValuesOf } from "./argoApplication";
import { type Placed, specOf } from "./istio";

/** Values that somebody gives to Istio's charts, or to an operator that renders them. */
export interface GivenValues extends Placed {
  /** The chart's name, where it is told. */
  readonly chart: string | undefined;
}

/**
 * Values inside other objects: Pulumi's Release of Helm, Flux's HelmRelease, Argo CD's Application, and the resources of
 * Istio's two operators. Pulumi's Chart needs no reader, because its rendered objects come by themselves.
 */
export function valuesIn(manifest: Manifest): GivenValues[] {
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
      return [given("spec.values", specOf(manifest)["values"], "istiod")];
    case "sailoperator.io Istio":
    case "sailoperator.io IstioRevision":
      return [given("spec.values", specOf(manifest)["values"], "istiod")];
    default:
      return [];
  }
}

function given(field: string, values: unknown, chart: unknown): GivenValues {
  // `istio/istiod`, an OCI address and a folder all end in the chart's name.
  const name = typeof chart === "string" ? chart.replace(/\/+$/, "").split("/").at(-1) : undefined;
  return { field, map: mapAt(values, field), chart: name };
}
