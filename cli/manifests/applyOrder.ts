import { type ObjectId } from "./objectId";
import { fullKind } from "./scope";

/** In its place: every kind that is not in the list. */
const others = "*";

/** Kinds in the order in which a cluster takes them best: what others refer to first, what opens a way last. */
const order: readonly (readonly string[])[] = [
  ["Namespace"],
  ["CustomResourceDefinition"],
  ["ResourceQuota", "LimitRange", "PriorityClass", "RuntimeClass", "StorageClass", "IngressClass"],
  ["ServiceAccount"],
  ["ClusterRole", "Role"],
  ["ClusterRoleBinding", "RoleBinding"],
  ["ConfigMap", "Secret"],
  ["Service"],
  ["NetworkPolicy", "PodDisruptionBudget"],
  // Those of cert-manager and Istio refuse only objects of theirs, and pods that are to have sidecars. So the pods that
  // answer can start, and pods that come too early are tried again instead of running without a sidecar.
  ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
  // The mesh's rules, and whatever nobody here knows: it may be a rule, and a rule that comes after what it restricts is
  // an open door. A thing that comes too early only waits.
  [others],
  ["ClusterIssuer.cert-manager.io", "Issuer.cert-manager.io"],
  ["Certificate.cert-manager.io"],
  ["DaemonSet", "StatefulSet", "Deployment", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob"],
  ["HorizontalPodAutoscaler", "APIService"],
  ["Gateway.networking.istio.io", "Gateway.gateway.networking.k8s.io"],
  [
    "VirtualService.networking.istio.io",
    ...["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"].map(
      (kind) => `${kind}.gateway.networking.k8s.io`,
    ),
    "Ingress",
  ],
  // Without keys nobody has a principal, and every request that needs one is denied: docs/decisions/0009.
  ["RequestAuthentication.security.istio.io"],
];

const ranks = new Map(order.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank])));

function rank(id: ObjectId): number {
  return ranks.get(fullKind(id)) ?? ranks.get(others) ?? 0;
}

/** Objects in the order of application; those of the same rank by file, so that nothing else decides. */
export function inOrder<T extends { id: ObjectId; file: string }>(objects: readonly T[]): T[] {
  return [...objects].sort((a, b) => rank(a.id) - rank(b.id) || (a.file < b.file ? -1 : 1));
}
