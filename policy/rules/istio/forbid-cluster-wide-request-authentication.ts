import { groupOf, isMap, listAt, type Manifest, mapAt } from "../../manifest";
import { isUnknownValue, type Rule, type RuleContext, violation } from "../../rule";

/** What a RequestAuthentication is attached to. */
type Reach = "named workloads" | "everything" | { readonly broadTarget: string; readonly field: string };

/** Targets that are one workload's entrance each; a GatewayClass stands for every gateway of the class, in the mesh. */
const narrowTargets = new Set(["Gateway", "Service", "ServiceEntry"]);

/**
 * A RequestAuthentication names the workload it is for.
 *
 * One in a namespace of its own is rejected like a mesh-wide one: it reaches every workload that is put beside the
 * gateway later, and in an application's namespace it breaks in-cluster calls as the mesh-wide one does.
 */
export const forbidClusterWideRequestAuthentication: Rule = {
  name: "forbid-cluster-wide-request-authentication",
  title: "No RequestAuthentication without a workload",
  why:
    "A RequestAuthentication without a selector judges the Authorization header of every workload in its namespace, " +
    "and in Istio's root namespace of the whole mesh: in-cluster calls whose tokens it doesn't know are refused, " +
    "and each of its issuers becomes an identity for workloads that never asked for one.",
  mend: "Name the gateway's workload in spec.selector.matchLabels, or the Gateway in spec.targetRefs.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework: {
    name: "CWE",
    version: "4",
    reference: "CWE-1220",
    specification: "Insufficient Granularity of Access Control",
  },
  references: [
    {
      id: "kubeflow/manifests#2864",
      url: "https://github.com/kubeflow/manifests/pull/2864",
      about: "Kubeflow 1.9.0 shipped two of them, which broke in-cluster access to the pipelines API",
    },
    {
      id: "Istio RequestAuthentication",
      url: "https://istio.io/latest/docs/reference/config/security/request_authentication/",
      about: "a policy in the root namespace applies to workloads in all namespaces",
    },
    {
      id: "CWE-1220",
      url: "https://cwe.mitre.org/data/definitions/1220.html",
      about: "insufficient granularity of access control",
    },
  ],
  settings: ["rootNamespace"],
  check(manifest, context) {
    if (groupOf(manifest) !== "security.istio.io" || manifest.kind !== "RequestAuthentication") return [];
    const reach = reachOf(mapAt(manifest["spec"], "spec"));
    if (reach === "named workloads") return [];
    if (reach === "everything") return [violation("spec.selector", everythingMessage(manifest, context))];
    return [violation(reach.field, broadTargetMessage(reach.field, reach.broadTarget))];
  },
};

function reachOf(spec: Record<string, unknown>): Reach {
  const targets = targetsOf(spec);
  for (const [field, target] of targets) {
    const kind = target["kind"];
    if (typeof kind !== "string" || !narrowTargets.has(kind))
      return { field: `${field}.kind`, broadTarget: show(kind) };
    if (typeof target["name"] !== "string" || target["name"] === "") {
      return { field: `${field}.name`, broadTarget: show(target["name"]) };
    }
  }
  if (targets.length > 0) return "named workloads";
  // Istio's selector has matchLabels only, and one without labels selects every workload.
  const labels = mapAt(mapAt(spec["selector"], "spec.selector")["matchLabels"], "spec.selector.matchLabels");
  return Object.keys(labels).length > 0 ? "named workloads" : "everything";
}

/** `targetRefs`, and `targetRef` of the releases before it. */
function targetsOf(spec: Record<string, unknown>): [string, Record<string, unknown>][] {
  const many = listAt(spec["targetRefs"], "spec.targetRefs").map((target, index): [string, unknown] => [
    `spec.targetRefs[${index}]`,
    target,
  ]);
  const single: [string, unknown][] = isMap(spec["targetRef"]) ? [["spec.targetRef", spec["targetRef"]]] : [];
  return [...many, ...single].map(([field, target]) => [field, mapAt(target, field)]);
}

function everythingMessage(manifest: Manifest, context: RuleContext): string {
  return (
    `spec.selector.matchLabels is empty, so the policy reaches ${reached(manifest, context)}. ` +
    "Name the gateway's workload there (for example istio: ingressgateway), or its Gateway in spec.targetRefs."
  );
}

function reached(manifest: Manifest, context: RuleContext): string {
  const root = context.settings.rootNamespace;
  try {
    const namespace = mapAt(manifest["metadata"], "metadata")["namespace"] ?? context.defaultNamespace;
    return namespace === root
      ? `every workload of the mesh (metadata.namespace ${show(namespace)} is Istio's root namespace)`
      : `every workload in the namespace ${show(namespace)}`;
  } catch (error) {
    // Wrong wherever it lies, so a namespace that is unknown at preview doesn't keep it from being reported.
    if (!isUnknownValue(error)) throw error;
    return "every workload in its namespace";
  }
}

function broadTargetMessage(field: string, value: string): string {
  return `${field} is ${value}, which names no single workload. Name a Gateway, Service or ServiceEntry in its own namespace.`;
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
