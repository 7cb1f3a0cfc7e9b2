/** The ends of the platform's connections, and the words that they are described in. */
import { podLabels } from "../labels";
import {
  acme,
  clusterKeys,
  dex,
  echo,
  gateway,
  istiod,
  metadataServers,
  namespaces,
  notebooks,
  oauth2Proxy,
} from "../topology";

/** One end of a flow. */
export type Peer =
  | { kind: "workload"; name: string; namespace: string; labels: Record<string, string> }
  | { kind: "namespace"; namespace: string }
  /** Namespaces that somebody else makes, by their labels. */
  | { kind: "namespaces"; name: string; labels: Record<string, string> }
  | { kind: "allPods" }
  | { kind: "anyone"; name: string }
  | { kind: "addresses"; name: string; cidrs: readonly string[]; except?: readonly string[] };

export interface Flow {
  from: Peer;
  to: Peer;
  ports: readonly { port: number; protocol: "TCP" | "UDP" }[] | "any TCP port";
  /** Why the platform needs it, as a sentence for the documentation. */
  why: string;
}

export const workload = (name: string, namespace: string, labels: Record<string, string>): Peer => ({
  kind: "workload",
  name,
  namespace,
  labels,
});

export const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" as const }));

export const parts = {
  gateway: workload(gateway.name, gateway.namespace, gateway.labels),
  dex: workload(dex.name, dex.namespace, podLabels(dex.name)),
  oauth2Proxy: workload(oauth2Proxy.name, oauth2Proxy.namespace, podLabels(oauth2Proxy.name)),
  notebooksProxy: workload(notebooks.proxy.name, notebooks.proxy.namespace, podLabels(notebooks.proxy.name)),
  echo: workload(echo.name, echo.namespace, podLabels(echo.name)),
  istiod: workload(istiod.name, istiod.namespace, { app: "istiod" }),
  clusterKeys: workload(clusterKeys.name, namespaces.istio, podLabels(clusterKeys.name)),
  cni: workload("istio-cni-node", namespaces.cni, { "k8s-app": "istio-cni-node" }),
  certManager: workload("cert-manager", namespaces.certManager, { "app.kubernetes.io/component": "controller" }),
  cainjector: workload("cainjector", namespaces.certManager, { "app.kubernetes.io/component": "cainjector" }),
  webhook: workload("webhook", namespaces.certManager, { "app.kubernetes.io/component": "webhook" }),
  solver: workload("acme-solver", namespaces.ingress, acme.solverPods),
  startupCheck: workload("startupapicheck", namespaces.certManager, podLabels("startupapicheck")),
} as const;

export const internet = (name: string): Peer => ({
  kind: "addresses",
  name,
  cidrs: ["0.0.0.0/0", "::/0"],
  except: metadataServers,
});

/** The ports of `https://` URLs; 443 is always among them, because a discovery document may lead elsewhere. */
export function httpsPorts(urls: readonly string[]): number[] {
  return [...new Set([443, ...urls.map((url) => Number(new URL(url).port || 443))])].sort((a, b) => a - b);
}
