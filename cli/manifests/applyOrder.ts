import { type ObjectId } from "./objectId";
import { groupOf, Scopes } from "./scope";

/** Kinds in the order in which a cluster takes them best: what others refer to first, what refuses objects last. */
const kinds = [
  ["Namespace"],
  ["CustomResourceDefinition"],
  ["ResourceQuota", "LimitRange", "PriorityClass", "RuntimeClass", "StorageClass", "IngressClass"],
  ["ServiceAccount"],
  ["ClusterRole", "Role"],
  ["ClusterRoleBinding", "RoleBinding"],
  ["ConfigMap", "Secret"],
  ["Service"],
  ["NetworkPolicy", "PodDisruptionBudget"],
  ["DaemonSet", "StatefulSet", "Deployment", "Job", "CronJob"],
];

const webhooks = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

function rank({ apiVersion, kind }: ObjectId): number {
  const own = new Scopes().isNamespaced(apiVersion, kind) !== undefined;
  if (!own) {
    // Objects of other APIs need their definitions and their controllers.
    return kinds.length + 1;
  }
  if (webhooks.includes(kind)) {
    return kinds.length + 2;
  }
  const index = kinds.findIndex((names) => names.includes(kind));
  return index === -1 ? kinds.length : index;
}

/**
 * The order as a kustomization: kubectl, Argo CD and Flux all read it, while a README would have to be read by a person
 * at each change. `fifo` keeps kustomize from sorting by its own list, which doesn't know our objects.
 */
export function kustomization(objects: readonly { id: ObjectId; file: string }[]): string {
  const sorted = [...objects].sort((a, b) => rank(a.id) - rank(b.id) || (a.file < b.file ? -1 : 1));
  const definitions = sorted.some(({ id }) => groupOf(id.apiVersion) === "apiextensions.k8s.io");
  return [
    "# Written by gatehouse in the order of application: namespaces, then definitions, then what needs them.",
    "# Values that only a real run makes are left out; generated.json lists them.",
    "#",
    "#   kubectl apply --server-side -k .",
    ...(definitions
      ? ["#", "# A cluster that meets the definitions for the first time refuses objects of theirs: apply once more."]
      : []),
    "apiVersion: kustomize.config.k8s.io/v1beta1",
    "kind: Kustomization",
    "sortOptions:",
    "  order: fifo",
    sorted.length === 0 ? "resources: []" : "resources:",
    ...sorted.map(({ file }) => `  - ${file}`),
    "",
  ].join("\n");
}
