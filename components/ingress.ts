import * as pulumi from "@pulumi/pulumi";
import { gatewayFilter } from "../documents/gateway/envoyFilter";
import { type NotebookFilterArgs } from "../documents/gateway/notebookFilters";
import { durationSeconds } from "../stacks/fields";
import { cookieDomainOf } from "../stacks/hosts";
import { notebookKinds, notebookOriginsOf, notebookSignInHost } from "../stacks/notebookHosts";
import { type Settings } from "../stacks/schema";
import { AcmeChallenges } from "./acmeChallenges";
import { type CertificateAuthority } from "./certificateAuthority";
import { type CertManager } from "./certManager";
import { AuthorizationPolicy, EnvoyFilter, Gateway } from "./customResources";
import { edgeCertificate, edgeNames } from "./edgeCertificate";
import { type Flow } from "./flows";
import { modernTls, publicServers } from "./gatewayServers";
import { GuardedNamespace } from "./guardedNamespace";
import { type Istio } from "./istio";
import { type IdentityProvider } from "./identityProvider";
import { partOf } from "./labels";
import { machineIssuersOf } from "./machineIssuers";
import { publicPort, whenAt } from "./publicPort";
import {
  dex,
  gateway,
  type Hosts,
  internalGate,
  isAddress,
  namespaces,
  notebooks,
  publicHosts,
  returnPath,
  revisionOf,
} from "./topology";

export interface IngressArgs {
  settings: Settings;
  flows: readonly Flow[];
  hosts: Hosts;
  certManager: Pick<CertManager, "ready">;
  provider: IdentityProvider;
  certificateAuthority: CertificateAuthority;
  istio: Pick<Istio, "ready">;
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
    const { settings, flows, hosts, provider, certManager, certificateAuthority, istio, sessionCookie } = args;
    const { edge } = settings.certificates;
    const namespace = new GuardedNamespace(
      namespaces.ingress,
      {
        namespace: namespaces.ingress,
        podSecurity: "restricted",
        sidecars: true,
        revision: revisionOf(settings),
        flows,
      },
      { parent: this },
    );
    const inMesh = { parent: this, dependsOn: [istio.ready, ...namespace.ready] };
    namespace.requireMutualTls({ dependsOn: istio.ready });

    const certificate = edgeCertificate(
      `${name}-edge`,
      {
        settings,
        hosts,
        certificateAuthority,
        certManagerReady: certManager.ready,
        dependsOn: namespace.ready,
      },
      { parent: this },
    );
    const publicGateway = new Gateway(
      name,
      {
        metadata: { name: gateway.resource, namespace: namespaces.ingress, labels: partOf },
        spec: { selector: gateway.labels, servers: publicServers(settings, hosts) },
      },
      { ...inMesh, dependsOn: [...inMesh.dependsOn, ...certificate] },
    );
    const challenges = edge.type === "acme" && edge.challenge.type === "http01";
    const plainHttp = challenges
      ? new AcmeChallenges(
          `${name}-challenges`,
          { gateway: "gatehouse-http", hosts: edgeNames(settings, hosts), dependsOn: inMesh.dependsOn },
          { parent: this },
        ).ready
      : [];
    const prefixed = machineIssuersOf(settings).flatMap(({ userPrefix, ...rest }) =>
      userPrefix === undefined ? [] : [{ ...rest, userPrefix }],
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
          ...(isAddress(hosts.gate) ? {} : { domain: cookieDomainOf(settings) }),
          returnPath,
          gateHost: hosts.gate,
          signInPaths: ["/oauth2/", ...provider.paths],
          postedTo: [
            // A link does the same from anywhere, and applications on hosts of their own sign out there, too.
            `${hosts.gate}/logout`,
            // The binding of SAML that Dex has (SAML 2.0 Bindings, section 3.5).
            ...(provider.ownDex && settings.identity.connectors.some(({ type }) => type === "saml")
              ? [`${hosts.gate}/dex/callback`]
              : []),
          ],
          hsts: hstsHeader(settings.ingress.hsts),
          sessionCookie,
          groupsClaims: Object.fromEntries([
            [provider.issuer, provider.groupsClaim],
            ...machineIssuersOf(settings).flatMap(({ issuer, groupsClaim }) =>
              groupsClaim === undefined ? [] : [[issuer, groupsClaim] as const],
            ),
          ]),
          userPrefixes: Object.fromEntries(prefixed.map(({ issuer, userPrefix }) => [issuer, userPrefix])),
          userClaims: Object.fromEntries(prefixed.map(({ issuer, userClaim }) => [issuer, userClaim])),
          // Dex looks by itself, and another claim than the address needs nobody to look.
          ...(!provider.ownDex && provider.userClaim === "email" ? { verifiedEmailsOf: provider.issuer } : {}),
          tlsEndsAt: edge.type === "offload" ? "load balancer" : "gateway",
          challenges,
          ...settings.ingress.clientAddress,
          notebooks: notebookFilter(settings),
        }),
      },
      inMesh,
    );
    this.namespace = namespace;
    this.ready = [
      publicGateway,
      ...plainHttp,
      ...(provider.ownDex ? this.internalListener(name, certificateAuthority, { istio, namespace }) : []),
      filter,
      ...(settings.ingress.trustedRanges.length > 0 ? [this.onlyFromTheBalancer(name, settings, inMesh)] : []),
    ];
    this.registerOutputs({});
  }

  /** Dex's verified address for oauth2-proxy and istiod, and nothing else of Dex. */
  private internalListener(
    name: string,
    certificateAuthority: CertificateAuthority,
    { istio, namespace }: { istio: Pick<Istio, "ready">; namespace: GuardedNamespace },
  ): pulumi.Resource[] {
    const inMesh = { parent: this, dependsOn: [istio.ready, ...namespace.ready] };
    const inside = certificateAuthority.issue(
      `${name}-internal`,
      { secretName: "gatehouse-internal", namespace: namespaces.ingress, names: [internalGate.host] },
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

  /**
   * What proxies in front say is believed from them alone; without TLS it would also be a person's session for whoever reads
   * along. The NetworkPolicy says the same; this holds where the network plugin enforces none. It compares the connection's own address and not one that the PROXY protocol names.
   */
  private onlyFromTheBalancer(
    name: string,
    { ingress }: Settings,
    opts: pulumi.CustomResourceOptions,
  ): AuthorizationPolicy {
    const port = publicPort({ ingress });
    return new AuthorizationPolicy(
      `${name}-trusted-ranges`,
      {
        metadata: { name: "trusted-ranges", namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: { matchLabels: gateway.labels },
          action: "DENY",
          rules: [
            {
              from: [{ source: { notIpBlocks: ingress.trustedRanges } }],
              ...(port.operation.ports === undefined ? {} : { to: [{ operation: port.operation }] }),
              ...whenAt(port),
            },
          ],
        },
      },
      opts,
    );
  }
}

/** RFC 6797, section 6.1. */
function hstsHeader({ maxAge, includeSubdomains, preload }: Settings["ingress"]["hsts"]): string {
  return [
    `max-age=${durationSeconds(maxAge)}`,
    ...(includeSubdomains ? ["includeSubDomains"] : []),
    ...(preload ? ["preload"] : []),
  ].join("; ");
}

/** What the filters have to know of notebooks that have hosts of their own. */
function notebookFilter(settings: Settings): NotebookFilterArgs | undefined {
  const origins = notebookOriginsOf(settings);
  return origins === undefined
    ? undefined
    : {
        domain: origins.domain,
        signInHost: notebookSignInHost(origins.domain),
        gateway: notebooks.reference,
        endings: Object.fromEntries(notebookKinds.map(({ path, suffix }) => [path, suffix])),
        asks: notebooks.asks,
        forwardsAuthorization: origins.forwardAuthorization,
      };
}
