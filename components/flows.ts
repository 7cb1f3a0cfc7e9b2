/**
 * Every connection that the platform needs, as data: the NetworkPolicies and the table in the documentation are both
 * made from this list, so that neither can say what the other doesn't do. What is not here is closed.
 */
import { ownNamespaces } from "../stacks/namespaces";
import { notebookOriginsOf } from "../stacks/notebookHosts";
import { type Settings } from "../stacks/schema";
import { acmeFlows } from "./flows/certificates";
import { inTheirPlaces } from "./flows/existing";
import { httpsPorts, internet, parts, tcp, workload, type Flow, type Peer } from "./flows/peers";
import { waysToNotebooks } from "./flows/notebooks";
import { providersOfDex, stateOfDex, storeOfSessions, waysToDex, waysToProvider } from "./flows/signIn";
import { fetchedIssuersOf } from "./machineIssuers";
import { clusterKeys, echo, gateway, istiod, metadataServer, oauth2Proxy, sidecarTelemetryPort } from "./topology";

export { type Flow, type Peer } from "./flows/peers";

/** Not by address: some network plugins match no pod and no node by one, and the load balancer may send from either. */
const clients: Peer = { kind: "anyone", name: "clients" };

/** At the public ports nobody gets a 200 without an identity, which balancers for HTTP ask for. */
const healthChecks = (from: Peer): Flow => ({
  from,
  to: parts.gateway,
  ports: tcp(gateway.ports.status),
  why: `Health checks, \`${gateway.readyPath}\` of each pod.`,
});

/** The flows of a stack with these settings. */
export function flowsOf(settings: Settings): Flow[] {
  const { cluster, identity, sessions, machines, ingress, monitoring, network, echo: echoSettings } = settings;
  const { provider } = identity;
  const apiServer: Peer = { kind: "addresses", name: "API server", cidrs: cluster.apiServer.cidrs };
  const webhookCallers: Peer =
    cluster.apiServer.callsWebhooksFrom === "anywhere" ? { kind: "anyone", name: "API server's tunnel" } : apiServer;
  const apiPorts = tcp(...cluster.apiServer.ports);
  const hasNotebooks = notebookOriginsOf(settings) !== undefined;
  const proxies = [parts.oauth2Proxy, ...(hasNotebooks ? [parts.notebooksProxy] : [])];
  const sidecars = [
    ...(provider.type === "dex" ? [parts.dex] : []),
    ...proxies,
    ...(echoSettings.enabled ? [parts.echo] : []),
  ];
  const { dns } = cluster;
  const resolvers: Peer[] = [
    ...dns.podLabels.map((text, index) => {
      const [label = "", value = ""] = text.split("=");
      return workload(index === 0 ? "cluster DNS" : `cluster DNS, ${value}`, dns.namespace, { [label]: value });
    }),
    ...(dns.addresses.length === 0 ? [] : [{ kind: "addresses" as const, name: "resolvers", cidrs: dns.addresses }]),
  ];
  const dnsPorts = dns.ports.flatMap((port) => [
    { port, protocol: "UDP" as const },
    { port, protocol: "TCP" as const },
  ]);
  const { trustedRanges } = ingress;
  const balancer: Peer = { kind: "addresses", name: "load balancer", cidrs: trustedRanges };
  const flows: Flow[] = [
    {
      from: trustedRanges.length === 0 ? clients : balancer,
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
    ...(hasNotebooks ? waysToNotebooks() : []),
    ...(provider.type === "dex" ? waysToDex(proxies) : waysToProvider(provider, proxies)),
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
    ...(provider.type === "dex" ? stateOfDex(provider.storage, { to: apiServer, ports: apiPorts }) : []),
    ...ownNamespaces(settings).flatMap((namespace): Flow[] =>
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
  if (provider.type === "dex") {
    flows.push(...providersOfDex(identity.connectors));
  }
  flows.push(...storeOfSessions(sessions.storage, proxies));
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
  if (trustedRanges.length > 0) {
    flows.push(healthChecks(balancer));
  }
  return inTheirPlaces(flows, settings);
}
