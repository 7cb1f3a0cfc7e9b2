import { type Manifest } from "../../../../policy/manifest";

export const role: Manifest = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "web", namespace: "team" },
  rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] }],
};

export const binding: Manifest = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: { name: "web", namespace: "team" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "web" },
  subjects: [{ kind: "ServiceAccount", name: "web", namespace: "team" }],
};

export function clusterRole(name: string, rules: readonly object[], metadata: object = {}): Manifest {
  return { apiVersion: role.apiVersion, kind: "ClusterRole", metadata: { name, ...metadata }, rules };
}

export function clusterBinding(name: string, ...subjects: readonly object[]): Manifest {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  return { apiVersion: role.apiVersion, kind: "ClusterRoleBinding", metadata: { name }, roleRef, subjects };
}

export function namespaceBinding(roleRef: { kind: string; name: string }, ...subjects: readonly object[]): Manifest {
  return {
    apiVersion: role.apiVersion,
    kind: "RoleBinding",
    metadata: { name: roleRef.name, namespace: "team" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", ...roleRef },
    subjects,
  };
}
