import { type Manifest, mapAt, nameOf } from "../manifest";

/**
 * What the API server of Kubernetes 1.36 makes and mends at each start, by its own names; bindings have those of their roles
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy: policy.go, controller_policy.go and testdata of release 1.36.3, those
 * behind feature gates as well).
 */
const ofTheCluster = new Set([
  ...["cluster-admin", "admin", "edit", "view"],
  ...["system:aggregate-to-admin", "system:aggregate-to-edit", "system:aggregate-to-view"],
  ...["system:auth-delegator", "system:basic-user", "system:cluster-trust-bundle-discovery", "system:discovery"],
  ...["system:heapster", "system:kube-aggregator", "system:kube-controller-manager", "system:kube-dns"],
  ...["system:kube-scheduler", "system:kubelet-api-admin", "system:monitoring", "system:node"],
  ...["system:node-bootstrapper", "system:node-problem-detector", "system:node-proxier"],
  ...["system:persistent-volume-provisioner", "system:public-info-viewer"],
  ...["system:service-account-issuer-discovery", "system:volume-scheduler"],
  ...[
    ...["certificatesigningrequests:nodeclient", "certificatesigningrequests:selfnodeclient"],
    ...["kube-apiserver-client-approver", "kube-apiserver-client-kubelet-approver"],
    ...["kubelet-serving-approver", "legacy-unknown-approver"],
  ].map((name) => `system:certificates.k8s.io:${name}`),
  ...[
    ...["attachdetach-controller", "certificate-controller", "clusterrole-aggregation-controller"],
    ...["cronjob-controller", "daemon-set-controller", "deployment-controller", "device-taint-eviction-controller"],
    ...["disruption-controller", "endpoint-controller", "endpointslice-controller"],
    ...["endpointslicemirroring-controller", "ephemeral-volume-controller", "expand-controller"],
    ...["generic-garbage-collector", "horizontal-pod-autoscaler", "job-controller"],
    ...["kube-apiserver-serving-clustertrustbundle-publisher", "legacy-service-account-token-cleaner"],
    ...["namespace-controller", "node-controller", "persistent-volume-binder", "pod-garbage-collector"],
    ...["podcertificaterequestcleaner", "podgroup-protection-controller", "pv-protection-controller"],
    ...["pvc-protection-controller", "replicaset-controller", "replication-controller", "resource-claim-controller"],
    ...["resourcepoolstatusrequest-controller", "resourcequota-controller", "root-ca-cert-publisher"],
    ...["route-controller", "selinux-warning-controller", "service-account-controller", "service-cidrs-controller"],
    ...["service-controller", "statefulset-controller", "storage-version-garbage-collector"],
    ...["storage-version-migrator-controller", "ttl-after-finished-controller", "ttl-controller"],
    ...["validatingadmissionpolicy-status-controller", "volumeattributesclass-protection-controller"],
  ].map((name) => `system:controller:${name}`),
]);

/** The same for Roles and their bindings, which are in two namespaces alone (namespace_policy.go). */
const ofNamespaces = new Set([
  ...["extension-apiserver-authentication-reader", "system::extension-apiserver-authentication-reader"],
  ...["system::leader-locking-kube-controller-manager", "system::leader-locking-kube-scheduler"],
  ...["system:controller:bootstrap-signer", "system:controller:cloud-provider", "system:controller:token-cleaner"],
]);

/**
 * Whether the API server itself makes the object and mends it at each start ("auto-reconciliation"). The label alone
 * would be too easy to copy, and so would a beginning of a name, so that the name has to be one of Kubernetes' own.
 */
export function isBuiltIn(manifest: Manifest): boolean {
  const { labels, namespace } = mapAt(manifest["metadata"], "metadata");
  if (mapAt(labels, "metadata.labels")["kubernetes.io/bootstrapping"] !== "rbac-defaults") return false;
  if (manifest.kind.startsWith("Cluster")) return ofTheCluster.has(nameOf(manifest));
  return (namespace === "kube-system" || namespace === "kube-public") && ofNamespaces.has(nameOf(manifest));
}
