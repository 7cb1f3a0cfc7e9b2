import { type ObjectId } from "./objectId";

/** The kinds of Kubernetes itself that belong to no namespace, by group. */
const clusterScoped: Record<string, readonly string[]> = {
  "": ["ComponentStatus", "Namespace", "Node", "PersistentVolume"],
  "admissionregistration.k8s.io": [
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "apiregistration.k8s.io": ["APIService"],
  "authentication.k8s.io": ["SelfSubjectReview", "TokenReview"],
  "authorization.k8s.io": ["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
  "certificates.k8s.io": ["CertificateSigningRequest", "ClusterTrustBundle"],
  "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
  "internal.apiserver.k8s.io": ["StorageVersion"],
  "networking.k8s.io": ["IngressClass", "IPAddress", "ServiceCIDR"],
  "node.k8s.io": ["RuntimeClass"],
  policy: ["PodSecurityPolicy"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
  "resource.k8s.io": ["DeviceClass", "DeviceTaintRule", "ResourceSlice"],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
  "storagemigration.k8s.io": ["StorageVersionMigration"],
};

/** Groups of Kubernetes itself whose other kinds all belong to a namespace. */
const ownGroups = new Set([
  ...Object.keys(clusterScoped),
  "apps",
  "autoscaling",
  "batch",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
]);

export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

/** Whether an object is of a kind of Kubernetes itself; every other one needs a definition first. */
export function isBuiltIn({ apiVersion }: Pick<ObjectId, "apiVersion">): boolean {
  return ownGroups.has(groupOf(apiVersion));
}

/** A kind with its group, as kubectl writes it: `Gateway.networking.istio.io`. Kinds of Kubernetes itself need none. */
export function fullKind(id: Pick<ObjectId, "apiVersion" | "kind">): string {
  return isBuiltIn(id) ? id.kind : `${id.kind}.${groupOf(id.apiVersion)}`;
}

/** Says which kinds belong to a namespace: those of Kubernetes by heart, others by their definitions. */
export class Scopes {
  readonly #defined = new Map<string, boolean>();

  /** Learns from a CustomResourceDefinition. */
  define(object: Record<string, unknown>): void {
    const spec = object.spec as { group?: unknown; names?: { kind?: unknown }; scope?: unknown } | undefined;
    if (
      object.kind === "CustomResourceDefinition" &&
      typeof spec?.group === "string" &&
      typeof spec.names?.kind === "string"
    ) {
      this.#defined.set(`${spec.group}/${spec.names.kind}`, spec.scope === "Namespaced");
    }
  }

  /** `undefined` for a kind that nothing here defines. */
  isNamespaced(apiVersion: string, kind: string): boolean | undefined {
    const group = groupOf(apiVersion);
    if (ownGroups.has(group)) {
      return clusterScoped[group]?.includes(kind) !== true;
    }
    return this.#defined.get(`${group}/${kind}`);
  }
}
