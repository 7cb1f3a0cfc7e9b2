import { isKind, specOf } from "../../readers/istio";
import { labelCount, targetsOf } from "../../readers/istioReach";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { mapAt } from "../../manifest";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(1220, "Insufficient Granularity of Access Control");

/** An EnvoyFilter names its workload, and stands beside it. */
export const limitEnvoyFilters: Rule = {
  name: "limit-envoy-filters",
  title: "An EnvoyFilter is for one workload",
  why:
    "An EnvoyFilter changes Envoy's configuration past every check of Istio's. Without a selector it changes every proxy of " +
    "its namespace, and in the root namespace those of the whole mesh, the gateway's among them.",
  mend: "Name the workload in spec.workloadSelector.labels or spec.targetRefs, in the workload's own namespace.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio EnvoyFilter",
      "reference/config/networking/envoy-filter/",
      "filters of the root namespace apply to workloads of all namespaces",
    ),
  ],
  settings: ["rootNamespace"],
  check(manifest, context) {
    if (!isKind(manifest, "EnvoyFilter")) return [];
    return [
      ...inspect((): Finding[] => {
        const spec = specOf(manifest);
        if (labelCount(spec) > 0 || targetsOf(spec).length > 0) return [];
        const message =
          "spec.workloadSelector.labels is empty, so the filter changes every proxy that it can reach. " +
          "Name the workload there, for example istio: ingressgateway.";
        return [violation("spec.workloadSelector", message)];
      }),
      ...inspect((): Finding[] => {
        const own = mapAt(manifest["metadata"], "metadata")["namespace"] ?? context.defaultNamespace;
        if (own !== context.settings.rootNamespace) return [];
        const message =
          `metadata.namespace is ${JSON.stringify(own)}, Istio's root namespace, from where the filter reaches pods of ` +
          "every namespace. Put it into the workload's own namespace.";
        return [violation("metadata.namespace", message)];
      }),
    ];
  },
};
