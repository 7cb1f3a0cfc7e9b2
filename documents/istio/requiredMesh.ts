/** What an Istio that somebody else installed has to be. */
import { type MeshConfig } from "./meshConfig";

export interface RequiredMesh {
  /** Where istiod is. */
  namespace: string;
  /** Its revision; none for the default one. */
  revision?: string;
  /** The version of Istio that this release is tested with. */
  version: string;
  meshConfig: MeshConfig;
  /** istiod's variables as this release's own istiod has them. */
  istiodEnv: Record<string, string>;
  /** The cluster's domain, on which the names of Services end. */
  clusterDomain: string;
  /** Namespaces of the platform, which may not be the mesh's root. */
  ownNamespaces: readonly string[];
  /** The label `istio` of the gateway's pods, which Ingress resources must not select. */
  gatewayLabel: string;
  /** The namespaces whose pods get a sidecar, with their labels and those of the pods. */
  injected: readonly InjectedNamespace[];
  /** The Secret with the authorities that istiod is to trust, by a name that changes with them. */
  authoritySecret: string;
}

export interface InjectedNamespace {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  pods: readonly { name: string; labels: Readonly<Record<string, string>> }[];
}

/** The objects that say what it is, by namespace and name; a revision other than `default` is a part of them (pilot/pkg/bootstrap/mesh.go). */
export function meshObjects({ namespace, revision }: Pick<RequiredMesh, "namespace" | "revision">) {
  const suffix = revision === undefined ? "" : `-${revision}`;
  return {
    configMap: `${namespace}/istio${suffix}`,
    injector: `${namespace}/istio-sidecar-injector${suffix}`,
    deployment: `${namespace}/istiod${suffix}`,
    // It has no namespace itself; istiod's chart adds the one of istiod where that isn't the usual one.
    webhook: `istio-sidecar-injector${suffix}${namespace === "istio-system" ? "" : `-${namespace}`}`,
  };
}

/** Where proxies find this istiod with verified TLS; the first one is how its chart spells it. */
export function discoveryAddresses({
  namespace,
  revision,
  clusterDomain,
}: Pick<RequiredMesh, "namespace" | "revision" | "clusterDomain">): [string, string] {
  const host = `istiod${revision === undefined ? "" : `-${revision}`}.${namespace}.svc`;
  return [`${host}:15012`, `${host}.${clusterDomain}:15012`];
}
