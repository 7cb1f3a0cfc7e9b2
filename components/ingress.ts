import * as pulumi from "@pulumi/pulumi";
import { gatewayFilter } from "../documents/gateway/envoyFilter";
import { durationSeconds } from "../stacks/fields";
import { type Settings } from "../stacks/schema";
import { type CertificateAuthority } from "./certificateAuthority";
import { AuthorizationPolicy, EnvoyFilter, Gateway } from "./customResources";
import { type Flow } from "./flows";
import { GuardedNamespace } from "./guardedNamespace";
import { type Istio } from "./istio";
import { type IdentityProvider } from "./identityProvider";
import { partOf } from "./labels";
import { machineIssuersOf } from "./machineIssuers";
import { dex, echo, gateway, type Hosts, internalGate, namespaces, publicHosts } from "./topology";

export interface IngressArgs {
  settings: Settings;
  flows: readonly Flow[];
  hosts: Hosts;
  provider: IdentityProvider;
  certificateAuthority: CertificateAuthority;
  istio: Istio;
  /** Name of the session's cookie, which no application gets to see. */
  sessionCookie: string;
}

/** What the gateway is to do, in a namespace of its own: TLS, redirect, HSTS, and headers that nobody can forge. */
export class Ingress extends pulumi.ComponentResource {
  readonly namespace: GuardedNamespace;
  /** The gateway's pods wait for this, so that they never serve a request without it. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: IngressArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:Ingress", name, {}, opts);
    const { settings, flows, hosts, provider, certificateAuthority, istio, sessionCookie } = args;
    const namespace = new GuardedNamespace(
      namespaces.ingress,
      { namespace: namespaces.ingress, podSecurity: "restricted", sidecars: true, flows },
      { parent: this },
    );
    const inMesh = { parent: this, dependsOn: [istio.ready, ...namespace.ready] };
    namespace.requireMutualTls({ dependsOn: istio.ready });

    const edge = certificateAuthority.issue(
      `${name}-edge`,
      { secretName: "gatehouse-edge", namespace: namespaces.ingress, dnsNames: [hosts.gate, `*.${hosts.gate}`] },
      { parent: this, dependsOn: namespace.ready },
    );
    const publicGateway = new Gateway(
      name,
      {
        metadata: { name: gateway.resource, namespace: namespaces.ingress, labels: partOf },
        spec: { selector: gateway.labels, servers: publicServers(settings, hosts) },
      },
      { ...inMesh, dependsOn: [...inMesh.dependsOn, edge] },
    );
    const filter = new EnvoyFilter(
      name,
      {
        metadata: { name: "gatehouse", namespace: namespaces.ingress, labels: partOf },
        spec: gatewayFilter({
          gatewayLabels: gateway.labels,
          gateway: gateway.reference,
          ports: gateway.ports,
          hosts: publicHosts(settings.echo.enabled, hosts),
          gateHost: hosts.gate,
          signInPaths: ["/oauth2/", ...provider.paths],
          hsts: hstsHeader(settings.ingress.hsts),
          sessionCookie,
          groupsClaims: Object.fromEntries([
            [provider.issuer, provider.groupsClaim],
            ...machineIssuersOf(settings).map(({ issuer, groupsClaim }) => [issuer, groupsClaim] as const),
          ]),
        }),
      },
      inMesh,
    );
    this.namespace = namespace;
    this.ready = [
      publicGateway,
      ...(provider.ownDex ? this.internalListener(name, certificateAuthority, { istio, namespace }) : []),
      filter,
    ];
    this.registerOutputs({});
  }

  /** Dex's verified address for oauth2-proxy and istiod, and nothing else of Dex. */
  private internalListener(
    name: string,
    certificateAuthority: CertificateAuthority,
    { istio, namespace }: { istio: Istio; namespace: GuardedNamespace },
  ): pulumi.Resource[] {
    const inMesh = { parent: this, dependsOn: [istio.ready, ...namespace.ready] };
    const inside = certificateAuthority.issue(
      `${name}-internal`,
      { secretName: "gatehouse-internal", namespace: namespaces.ingress, dnsNames: [internalGate.host] },
      { parent: this, dependsOn: namespace.ready },
    );

    const internalGateway = new Gateway(
      `${name}-internal`,
      {
        metadata: { name: internalGate.resource, namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: gateway.labels,
          servers: [
            {
              port: { number: gateway.ports.internal, name: "https-internal", protocol: "HTTPS" },
              hosts: [`${dex.namespace}/${internalGate.host}`],
              tls: { mode: "SIMPLE", credentialName: "gatehouse-internal", ...modernTls },
            },
          ],
        },
      },
      { ...inMesh, dependsOn: [...inMesh.dependsOn, inside] },
    );
    const internalPaths = new AuthorizationPolicy(
      `${name}-internal`,
      {
        metadata: { name: "internal-paths", namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: { matchLabels: gateway.labels },
          action: "DENY",
          rules: [
            {
              to: [{ operation: { ports: [String(gateway.ports.internal)], notPaths: [...internalGate.paths] } }],
            },
          ],
        },
      },
      inMesh,
    );
    return [internalGateway, internalPaths];
  }
}

/** Forward secrecy and authenticated encryption only; TLS 1.3 has no others. */
const modernTls = {
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
 */
function publicServers({ ingress, echo: echoSettings }: Settings, hosts: Hosts) {
  const qualified = [
    ...[namespaces.auth, ...ingress.applicationNamespaces].map((namespace) => `${namespace}/${hosts.gate}`),
    ...(echoSettings.enabled ? [`${echo.namespace}/${hosts.echo}`] : []),
  ];
  return [
    {
      port: { number: 80, name: "http", protocol: "HTTP" },
      hosts: qualified,
      // The filter at this port answers first; this holds should it ever be gone.
      tls: { httpsRedirect: true },
    },
    {
      port: { number: 443, name: "https", protocol: "HTTPS" },
      hosts: qualified,
      tls: { mode: "SIMPLE" as const, credentialName: "gatehouse-edge", ...modernTls },
    },
  ];
}

/** RFC 6797, section 6.1. */
function hstsHeader({ maxAge, includeSubdomains, preload }: Settings["ingress"]["hsts"]): string {
  return [
    `max-age=${durationSeconds(maxAge)}`,
    ...(includeSubdomains ? ["includeSubDomains"] : []),
    ...(preload ? ["preload"] : []),
  ].join("; ");
}
