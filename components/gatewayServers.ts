import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1/Gateway";
import { type Settings } from "../stacks/schema";
import { edgeSecret } from "./edgeCertificate";
import { echo, type Hosts, isAddress, namespaces } from "./topology";

type Server = NonNullable<NonNullable<IGateway["spec"]>["servers"]>[number];

/** Forward secrecy and authenticated encryption only; TLS 1.3 has no others. */
export const modernTls = {
  minProtocolVersion: "TLSV1_2" as const,
  cipherSuites: [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ],
};

/**
 * Each host is bound to the namespaces that may route on it, so that no tenant's VirtualService can claim `/dex/` or a
 * host. All hosts share one server, because they share a certificate: a browser reuses an HTTP/2 connection between
 * them (RFC 9113, section 9.1.1), and a second server would answer the reused one with 404 (IST0138).
 *
 * An address is no host in a Gateway, and a client that asks for one sends no SNI (RFC 6066, section 3), so every host of
 * those namespaces is served there. Who may route at all stays the same.
 */
export function publicServers(
  { certificates, ingress, echo: echoSettings }: Settings,
  { gate, echo: echoHost }: Hosts,
): Server[] {
  const { edge } = certificates;
  const hosts = [
    ...[namespaces.auth, ...ingress.applicationNamespaces].map(
      (namespace) => `${namespace}/${isAddress(gate) ? "*" : gate}`,
    ),
    ...(echoSettings.enabled ? [`${echo.namespace}/${echoHost}`] : []),
  ];
  return serversOf(edge, { hosts, secret: edgeSecret(edge) });
}

/** Both public ports for hosts that share a certificate; with `secret` missing the load balancer ends TLS. */
export function serversOf(
  edge: Settings["certificates"]["edge"],
  { hosts, secret: credentialName }: { hosts: string[]; secret: string | undefined },
): Server[] {
  const plain: Server = {
    port: { number: 80, name: "http", protocol: "HTTP" },
    hosts,
    // The filter at this port answers first; this holds should it ever be gone.
    tls: { httpsRedirect: true },
  };
  // It redirects before it looks for a route, so a challenge could not pass: there the routes of AcmeChallenges redirect.
  const redirecting = edge.type === "acme" && edge.challenge.type === "http01" ? [] : [plain];
  // The same pod port in both modes, so that no rule that names it can miss the one or the other.
  const encrypted: Server =
    credentialName === undefined
      ? { port: { number: 443, name: "offloaded", protocol: "HTTP" }, hosts }
      : {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts,
          tls: { mode: "SIMPLE", credentialName, ...modernTls },
        };
  return [...redirecting, encrypted];
}
