import { type Settings } from "./schema";

/** The namespaces that the platform may own. */
export const namespaces = {
  certManager: "cert-manager",
  istio: "istio-system",
  cni: "istio-cni",
  ingress: "ingress",
  auth: "auth",
  echo: "gatehouse-echo",
  /** Of what hands on the cluster's keys, where Istio's namespace is somebody else's. */
  keys: "gatehouse-keys",
} as const;

/** The namespaces of a stack with these settings that this program makes, and guards. */
export function ownNamespaces({
  certManager,
  istio,
  machines,
  echo,
}: Pick<Settings, "certManager" | "istio" | "machines" | "echo">): string[] {
  return [
    ...(certManager.type === "installed" ? [namespaces.certManager] : []),
    ...(istio.type === "installed" ? [namespaces.istio, namespaces.cni] : []),
    namespaces.ingress,
    namespaces.auth,
    ...(echo.enabled ? [namespaces.echo] : []),
    ...(istio.type === "existing" && machines.cluster.type === "selfSigned" ? [namespaces.keys] : []),
  ];
}

/** Namespaces of what the platform stands on and somebody else has installed. */
export function namespacesOfOthers({ certManager, istio }: Pick<Settings, "certManager" | "istio">): string[] {
  return [
    ...(certManager.type === "existing"
      ? [certManager.namespace, certManager.clusterResourceNamespace ?? certManager.namespace]
      : []),
    ...(istio.type === "existing" ? [istio.namespace] : []),
  ];
}

/** Namespaces in which no application may be: the platform's, the cluster's, and those of what it stands on. */
export function reservedNamespaces(settings: Pick<Settings, "certManager" | "istio">): string[] {
  return [...Object.values(namespaces), "kube-system", ...namespacesOfOthers(settings)];
}
