/**
 * Every connection that the platform needs, as data: the NetworkPolicies and the table in the documentation are both
 * made from this list, so that neither can say what the other doesn't do. What is not here is closed.
 */
import { acmeServer } from "../stacks/acmeServer";
import { type Settings } from "../stacks/schema";
import { podLabels } from "./labels";
import { fetchedIssuersOf } from "./machineIssuers";
import {
  acme,
  clusterKeys,
  dex,
  echo,
  gateway,
  gkeMetadataServer,
  istiod,
  metadataServer,
  metadataServers,
  namespaces,
  oauth2Proxy,
  sidecarTelemetryPort,
} from "./topology";

/** One end of a flow. */
export type Peer =
  | { kind: "workload"; name: string; namespace: string; labels: Record<string, string> }
  | { kind: "namespace"; namespace: string }
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

const workload = (name: string, namespace: string, labels: Record<string, string>): Peer => ({
  kind: "workload",
  name,
  namespace,
  labels,
});

const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" as const }));

const parts = {
  gateway: workload(gateway.name, gateway.namespace, gateway.labels),
  dex: workload(dex.name, dex.namespace, podLabels(dex.name)),
  oauth2Proxy: workload(oauth2Proxy.name, oauth2Proxy.namespace, podLabels(oauth2Proxy.name)),
  echo: workload(echo.name, echo.namespace, podLabels(echo.name)),
  istiod: workload(istiod.name, istiod.namespace, { app: "istiod" }),
  clusterKeys: workload(clusterKeys.name, clusterKeys.namespace, podLabels(clusterKeys.name)),
  cni: workload("istio-cni-node", namespaces.cni, { "k8s-app": "istio-cni-node" }),
  certManager: workload("cert-manager", namespaces.certManager, { "app.kubernetes.io/component": "controller" }),
  cainjector: workload("cainjector", namespaces.certManager, { "app.kubernetes.io/component": "cainjector" }),
  webhook: workload("webhook", namespaces.certManager, { "app.kubernetes.io/component": "webhook" }),
  solver: workload("acme-solver", namespaces.ingress, acme.solverPods),
  startupCheck: workload("startupapicheck", namespaces.certManager, podLabels("startupapicheck")),
} as const;

const internet = (name: string): Peer => ({
  kind: "addresses",
  name,
  cidrs: ["0.0.0.0/0", "::/0"],
  except: metadataServers,
});

/** Not by address: some network plugins match no pod and no node by one, and the load balancer may send from either. */
const clients: Peer = { kind: "anyone", name: "clients" };

/** The flows of a stack with these settings. */
export function flowsOf(settings: Settings): Flow[] {
  const { cluster, identity, machines, ingress, monitoring, network, echo: echoSettings } = settings;
  const apiServer: Peer = { kind: "addresses", name: "API server", cidrs: cluster.apiServer.cidrs };
  const webhookCallers: Peer =
    cluster.apiServer.callsWebhooksFrom === "anywhere" ? { kind: "anyone", name: "API server's tunnel" } : apiServer;
  const apiPorts = tcp(...cluster.apiServer.ports);
  const sidecars = [parts.dex, parts.oauth2Proxy, ...(echoSettings.enabled ? [parts.echo] : [])];
  const owned = [
    namespaces.certManager,
    namespaces.istio,
    namespaces.cni,
    namespaces.ingress,
    namespaces.auth,
    ...(echoSettings.enabled ? [namespaces.echo] : []),
  ];
  const { dns } = cluster;
  const [dnsLabel = "", dnsValue = ""] = dns.podLabel.split("=");
  const resolvers: Peer[] = [
    workload("cluster DNS", dns.namespace, { [dnsLabel]: dnsValue }),
    ...(dns.addresses.length === 0 ? [] : [{ kind: "addresses" as const, name: "resolvers", cidrs: dns.addresses }]),
  ];
  const dnsPorts = dns.ports.flatMap((port) => [
    { port, protocol: "UDP" as const },
    { port, protocol: "TCP" as const },
  ]);
  const { trustedRanges } = ingress;
  const flows: Flow[] = [
    {
      from: trustedRanges.length === 0 ? clients : { kind: "addresses", name: "load balancer", cidrs: trustedRanges },
      to: parts.gateway,
      ports: tcp(gateway.ports.http, gateway.ports.https),
      why: "Requests; HTTP only to be redirected.",
    },
    {
      from: parts.gateway,
      to: parts.oauth2Proxy,
      ports: tcp(oauth2Proxy.ports.http),
      why: "The session check of every request without a token, and `/oauth2/`.",
    },
    { from: parts.gateway, to: parts.dex, ports: tcp(dex.ports.http), why: "`/dex/`, inside mutual TLS." },
    {
      from: parts.oauth2Proxy,
      to: parts.gateway,
      ports: tcp(gateway.ports.internal),
      why: "Codes, refresh tokens and keys of Dex, over TLS that is verified against the private CA.",
    },
    {
      from: parts.istiod,
      to: parts.gateway,
      ports: tcp(gateway.ports.internal),
      why: "Dex's keys, over verified TLS: istiod is not in the mesh and cannot reach Dex's own port.",
    },
    {
      from: { kind: "allPods" },
      to: parts.istiod,
      ports: tcp(istiod.ports.xds),
      why: "Every sidecar of the mesh gets its certificate and configuration.",
    },
    { from: parts.gateway, to: parts.istiod, ports: tcp(istiod.ports.xds), why: "Configuration of the gateway." },
    ...sidecars.map((from): Flow => ({
      from,
      to: parts.istiod,
      ports: tcp(istiod.ports.xds),
      why: "Configuration of the sidecar.",
    })),
    {
      from: webhookCallers,
      to: parts.istiod,
      ports: tcp(istiod.ports.webhook),
      why: "Sidecar injection and validation of Istio objects.",
    },
    { from: webhookCallers, to: parts.webhook, ports: tcp(10250), why: "Validation of certificates and issuers." },
    ...[parts.istiod, parts.cni, parts.certManager, parts.cainjector, parts.webhook, parts.startupCheck].map(
      (from): Flow => ({
        from,
        to: apiServer,
        ports: apiPorts,
        why: "Controllers watch and write Kubernetes objects.",
      }),
    ),
    { from: parts.dex, to: apiServer, ports: apiPorts, why: "Dex stores its state in custom resources." },
    ...owned.flatMap((namespace): Flow[] =>
      resolvers.map((to) => ({ from: { kind: "namespace", namespace }, to, ports: dnsPorts, why: "Names." })),
    ),
  ];
  if (echoSettings.enabled) {
    flows.push({
      from: parts.gateway,
      to: parts.echo,
      ports: tcp(echo.ports.http),
      why: "The application that shows the verified identity.",
    });
  }
  for (const namespace of ingress.applicationNamespaces) {
    flows.push({
      from: parts.gateway,
      to: { kind: "namespace", namespace },
      ports: "any TCP port",
      why: "Applications behind the gate; only the application's own policies know its ports.",
    });
  }
  if (identity.connectors.length > 0) {
    flows.push({
      from: parts.dex,
      to: internet("identity providers"),
      ports: tcp(...httpsPorts(identity.connectors.map(({ issuer }) => issuer))),
      why: "Sign-in with the providers of `identity.connectors`.",
    });
  }
  if (machines.connectors.length > 0) {
    flows.push({
      from: parts.dex,
      to: internet("issuers of jobs' tokens"),
      ports: tcp(...httpsPorts(machines.connectors.map(({ issuer }) => issuer))),
      why: "Keys of the issuers of `machines.connectors`.",
    });
  }
  if (machines.cluster.type === "selfSigned") {
    flows.push(
      {
        from: parts.istiod,
        to: parts.clusterKeys,
        ports: tcp(clusterKeys.ports.https),
        why: "The cluster's own keys, over TLS that is verified against the private CA.",
      },
      {
        from: parts.clusterKeys,
        to: apiServer,
        ports: apiPorts,
        why: "The cluster's own keys, `/openid/v1/jwks` alone.",
      },
    );
  }
  flows.push(...acmeFlows(settings));
  const fetched = fetchedIssuersOf(settings);
  if (fetched.length > 0) {
    flows.push({
      from: parts.istiod,
      to: internet("machine issuers"),
      ports: tcp(...httpsPorts(fetched.map(({ issuer, jwksUri }) => jwksUri ?? issuer))),
      why: "Keys of the issuers of `machines.issuers`, and of `machines.cluster` where they are public.",
    });
  }
  if (monitoring.namespace !== undefined) {
    const scraper: Peer = { kind: "namespace", namespace: monitoring.namespace };
    for (const to of [parts.gateway, ...sidecars]) {
      flows.push({ from: scraper, to, ports: tcp(sidecarTelemetryPort), why: "Metrics." });
    }
    for (const to of [parts.istiod, parts.cni]) {
      flows.push({ from: scraper, to, ports: tcp(istiod.ports.telemetry), why: "Metrics." });
    }
    for (const to of [parts.certManager, parts.cainjector, parts.webhook]) {
      flows.push({ from: scraper, to, ports: tcp(9402), why: "Metrics." });
    }
  }
  for (const { reason } of network.metadataExceptions) {
    flows.push({
      from: parts.certManager,
      to: { kind: "addresses", name: "cloud metadata server", cidrs: [metadataServer] },
      ports: tcp(80),
      why: reason,
    });
  }
  return flows;
}

/** What cert-manager and an ACME server ask each other. */
function acmeFlows({ environment, certificates: { edge } }: Settings): Flow[] {
  if (edge.type !== "acme") {
    return [];
  }
  const server: Flow = {
    from: parts.certManager,
    to: internet("ACME server and DNS provider"),
    ports: tcp(...httpsPorts([acmeServer(edge, environment)])),
    why: "Certificates of the public hosts; with DNS-01 also the provider's API.",
  };
  if (edge.challenge.type === "dns01") {
    const { provider } = edge.challenge;
    return provider.type !== "cloudDns" || provider.auth.type !== "workloadIdentity"
      ? [server]
      : [
          server,
          {
            from: parts.certManager,
            to: { kind: "addresses", name: "cloud metadata server", cidrs: [gkeMetadataServer.address] },
            ports: tcp(gkeMetadataServer.port),
            why: "Workload Identity of GKE without Dataplane V2.",
          },
        ];
  }
  return [
    server,
    {
      from: parts.certManager,
      to: internet("public hosts"),
      ports: tcp(80),
      why: "cert-manager tries each HTTP-01 challenge itself before the ACME server does.",
    },
    {
      from: parts.certManager,
      to: parts.gateway,
      ports: tcp(gateway.ports.http),
      why: "The same, where the load balancer's address leads straight to the gateway's pods.",
    },
    {
      from: parts.gateway,
      to: parts.solver,
      ports: tcp(acme.solverPort),
      why: "HTTP-01 challenges; the solver has no sidecar, and what it says is public.",
    },
  ];
}

/** The ports of `https://` URLs; 443 is always among them, because a discovery document may lead elsewhere. */
function httpsPorts(urls: readonly string[]): number[] {
  return [...new Set([443, ...urls.map((url) => Number(new URL(url).port || 443))])].sort((a, b) => a - b);
}
