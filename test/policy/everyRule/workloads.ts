import { type Manifest } from "../../../policy/manifest";
import { changed } from "../support";
import { container, deployment, pod } from "../rules/pods/fixtures";
import { binding, clusterBinding, clusterRole, role } from "../rules/rbac/fixtures";
import { type Evidence, evidence, evidenceAmong } from "./evidence";

const own = `${container}.securityContext`;
const signIn = changed(deployment, {
  "metadata.namespace": "auth",
  [`${container}.image`]: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5",
  [`${own}.readOnlyRootFilesystem`]: true,
  [`${pod}.automountServiceAccountToken`]: false,
});
const service: Manifest = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "team" },
  spec: { type: "ClusterIP", ports: [{ port: 80 }] },
};
const ingress: Manifest = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "web", namespace: "ingress" },
  spec: { rules: [{ host: "gate.example.com" }] },
};
const policy: Manifest = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "web", namespace: "auth" },
  spec: {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } }] }],
    egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }] }],
  },
};
const notebook: Manifest = {
  apiVersion: "kubeflow.org/v1",
  kind: "Notebook",
  metadata: {
    name: "lab",
    namespace: "team",
    annotations: { "notebooks.kubeflow.org/http-headers-request-set": '{"X-Lab":"1"}' },
  },
  spec: { template: { spec: { containers: [{ name: "lab", image: "registry.example.com/lab:v1.0.0" }] } } },
};
const edit = clusterRole("kubeflow-edit", [
  { apiGroups: ["networking.istio.io"], resources: ["virtualservices"], verbs: ["get"] },
]);
const reader = clusterRole("reader", [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]);

const kustomization: Manifest = {
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { name: "gate", namespace: "flux-system" },
  spec: { path: "./gate", sourceRef: { kind: "GitRepository", name: "gate" } },
};

/** Pods, access to the Kubernetes API, the network and versions. */
export const workloads: Readonly<Record<string, Evidence>> = {
  "forbid-host-access": evidence(deployment, { [`${pod}.hostNetwork`]: true }),
  "forbid-needless-token": evidence(signIn, { [`${pod}.automountServiceAccountToken`]: undefined }),
  "forbid-privilege-escalation": evidence(deployment, { [`${own}.allowPrivilegeEscalation`]: undefined }),
  "forbid-unused-token": evidence(changed(deployment, { [`${pod}.automountServiceAccountToken`]: false }), {
    [`${pod}.automountServiceAccountToken`]: true,
  }),
  "limit-capabilities": evidence(deployment, { [`${own}.capabilities`]: undefined }),
  "limit-kernel-settings": evidence(deployment, { [`${own}.seLinuxOptions`]: { type: "spc_t" } }),
  "limit-volume-types": evidence(deployment, { [`${pod}.volumes`]: [{ name: "node", hostPath: { path: "/" } }] }),
  "require-memory-limits": evidence(changed(signIn, { [`${container}.resources`]: { limits: { memory: "256Mi" } } }), {
    [`${container}.resources`]: undefined,
  }),
  "require-fixed-image": evidence(deployment, { [`${container}.image`]: "registry.example.com/web:latest" }),
  "require-read-only-root": evidence(signIn, { [`${own}.readOnlyRootFilesystem`]: undefined }),
  "require-rootless": evidence(deployment, { [`${pod}.securityContext.runAsNonRoot`]: undefined }),
  "require-seccomp": evidence(deployment, { [`${pod}.securityContext.seccompProfile`]: undefined }),

  "forbid-anonymous-access": evidence(binding, { subjects: [{ kind: "Group", name: "system:unauthenticated" }] }),
  "forbid-cluster-admin": evidence(binding, { roleRef: { kind: "ClusterRole", name: "cluster-admin" } }),
  "forbid-escalation-verbs": evidence(role, {
    rules: [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"] }],
  }),
  "forbid-escalation-resources": evidence(role, {
    rules: [{ apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }],
  }),
  "forbid-rbac-wildcards": evidence(role, { "rules[0].verbs": ["*"] }),
  "forbid-tenant-mesh-access": evidence(edit, { "rules[0].verbs": ["create"] }),
  "limit-secret-access": evidenceAmong(
    [clusterBinding("reader", { kind: "ServiceAccount", name: "cert-manager", namespace: "cert-manager" }), reader],
    { "subjects[0].namespace": "team" },
  ),

  "forbid-header-variables": evidence(notebook, {
    "metadata.annotations.notebooks~kubeflow~org/http-headers-request-set": '{"X-Lab":"%REQ(Authorization)%"}',
  }),
  "forbid-kubernetes-dashboard": evidence(deployment, { [`${container}.image`]: "kubernetesui/dashboard:v2.7.0" }),
  "forbid-metadata-egress": evidence(policy, { "spec.egress": [{}] }),
  "limit-exposed-services": evidence(service, { "spec.type": "LoadBalancer" }),
  "limit-gateways": evidence(ingress, { "metadata.namespace": "team" }),
  "require-identity-network-policy": evidenceAmong([policy, signIn], { "spec.ingress": [{}] }),

  "require-visible-patches": evidence(kustomization, { "spec.patches": [{ patch: "kind: Gateway" }] }),
  "forbid-vulnerable-versions": evidence(signIn, {
    [`${container}.image`]: "quay.io/oauth2-proxy/oauth2-proxy:v7.4.0",
  }),
};
