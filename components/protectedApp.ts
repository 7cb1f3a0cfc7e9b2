import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checkedApp } from "../stacks/checkedApp";
import { filterPriority } from "../documents/gateway/envoyFilter";
import { pipelinesUiFilters } from "../documents/gateway/pipelinesUi";
import { notebookOriginsOf } from "../stacks/notebookHosts";
import { isPipelinesUi } from "../stacks/pipelinesUi";
import { type App, type Settings } from "../stacks/schema";
import { AcmeChallenges } from "./acmeChallenges";
import { AcmeIssuer } from "./acmeIssuer";
import { insiders, outsiders } from "./appAccess";
import { type CertificateAuthority } from "./certificateAuthority";
import { AuthorizationPolicy, EnvoyFilter, Gateway, VirtualService } from "./customResources";
import { edgeCovers, edgeSecret } from "./edgeCertificate";
import { serversOf } from "./gatewayServers";
import { type IdentityProvider } from "./identityProvider";
import { partOf } from "./labels";
import {
  appHost,
  gateway,
  groupsRule,
  type Hosts,
  namespaces,
  returnPath,
  serviceHost,
  sidecarTelemetryPort,
} from "./topology";

export interface ProtectedAppArgs {
  app: App;
  settings: Settings;
  hosts: Hosts;
  provider: IdentityProvider;
  certificateAuthority: CertificateAuthority;
  /** The mesh, cert-manager, and the namespaces of the gateway and of sign-in. */
  dependsOn: pulumi.Resource[];
}

/**
 * An application on a host of its own behind the same sign-in. All that it takes is here, so that one comes and goes
 * without a change to anything else (docs/decisions/0015).
 */
export class ProtectedApp extends pulumi.ComponentResource {
  readonly url: string;

  constructor(name: string, given: ProtectedAppArgs, opts: pulumi.ComponentResourceOptions) {
    // A program may have made it up by itself, and has Istio read a group "*" as everybody.
    const app = checkedApp(given.app, given.settings);
    super("gatehouse:index:ProtectedApp", name, {}, opts);
    const args = { ...given, app };
    const { settings, hosts, dependsOn } = args;
    const host = appHost(hosts.gate, app);
    const { service } = app;
    const child = { parent: this, dependsOn };
    this.url = `https://${host}/`;

    // Nobody gets to the application before these are there.
    const rules = [
      ...this.guardPods(name, args, child),
      ...this.guardHost(name, args, host, child),
      ...this.closePipelines(name, args, host, child),
    ];
    const certificate = this.certificate(name, args, host, child);
    const closed = { parent: this, dependsOn: [...dependsOn, ...rules] };
    const own = { name: `app-${app.name}`, namespace: namespaces.ingress, labels: partOf };
    const server = new Gateway(
      name,
      {
        metadata: own,
        spec: {
          selector: gateway.labels,
          servers: serversOf(settings.certificates.edge, {
            hosts: [`${namespaces.ingress}/${host}`],
            secret: certificate.secretName,
          }),
        },
      },
      { ...closed, dependsOn: [...closed.dependsOn, ...certificate.resources] },
    );
    new VirtualService(
      name,
      {
        metadata: own,
        spec: {
          hosts: [host],
          gateways: [`${namespaces.ingress}/${own.name}`],
          http: [
            {
              name: app.name,
              route: [
                {
                  destination: {
                    host: serviceHost(service.name, service.namespace),
                    port: { number: service.port },
                  },
                },
              ],
            },
          ],
        },
      },
      { ...closed, dependsOn: [...closed.dependsOn, server] },
    );
    // oauth2-proxy returns to the gate, and the gate leads on to the one host that this path names.
    new VirtualService(
      `${name}-return`,
      {
        metadata: { name: `return-${app.name}`, namespace: namespaces.auth, labels: partOf },
        spec: {
          hosts: [hosts.gate],
          gateways: [gateway.reference],
          http: [
            {
              name: `return-${app.name}`,
              match: [{ uri: { prefix: `${returnPath}${host}/` } }],
              redirect: { authority: host, prefixRewrite: "/", redirectCode: 302 },
            },
          ],
        },
      },
      closed,
    );
    this.registerOutputs({ url: this.url });
  }

  /** Ways of Kubeflow Pipelines' UI to everybody's artifacts and to any address, as at the gate's own host. */
  private closePipelines(
    name: string,
    { app, settings }: ProtectedAppArgs,
    host: string,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    if (!isPipelinesUi(app)) {
      return [];
    }
    const spec = {
      workloadSelector: { labels: gateway.labels },
      priority: filterPriority,
      configPatches: pipelinesUiFilters({
        ports: gateway.ports,
        host,
        wholeHost: true,
        underEveryName: false,
        boardsElsewhere: notebookOriginsOf(settings) !== undefined,
        suffix: `.${app.name}`,
      }),
    };
    const metadata = { name: `app-${app.name}`, namespace: namespaces.ingress, labels: partOf };
    return [new EnvoyFilter(`${name}-pipelines`, { metadata, spec }, opts)];
  }

  /** The pods let in the gateway and whom the settings name: by their sidecar, and by the network where they have none. */
  private guardPods(
    name: string,
    { app, settings: { monitoring } }: ProtectedAppArgs,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    const { service, pods, inCluster, callers } = app;
    const metadata = { name: `gatehouse-${app.name}`, namespace: service.namespace, labels: partOf };
    const inNamespace = (namespace: string) => ({ matchLabels: { "kubernetes.io/metadata.name": namespace } });
    const ports = [{ port: pods.port ?? service.port, protocol: "TCP" }];
    return [
      new AuthorizationPolicy(
        `${name}-pods`,
        { metadata, spec: { selector: { matchLabels: pods.labels }, action: "ALLOW", rules: insiders(app) } },
        opts,
      ),
      new k8s.networking.v1.NetworkPolicy(
        `${name}-pods`,
        {
          metadata,
          spec: {
            podSelector: { matchLabels: pods.labels },
            policyTypes: ["Ingress"],
            ingress: [
              {
                from: inCluster
                  ? [{ namespaceSelector: {} }]
                  : [
                      {
                        namespaceSelector: inNamespace(gateway.namespace),
                        podSelector: { matchLabels: gateway.labels },
                      },
                      ...callers.map(({ namespace, podLabels }) => ({
                        namespaceSelector: inNamespace(namespace),
                        podSelector: { matchLabels: podLabels },
                      })),
                    ],
                ports,
              },
              ...(monitoring.namespace === undefined
                ? []
                : [
                    {
                      from: [{ namespaceSelector: inNamespace(monitoring.namespace) }],
                      ports: [{ port: sidecarTelemetryPort, protocol: "TCP" }],
                    },
                  ]),
            ],
          },
        },
        opts,
      ),
      new k8s.networking.v1.NetworkPolicy(
        `${name}-gateway`,
        {
          metadata: { name: `app-${app.name}`, namespace: gateway.namespace, labels: partOf },
          spec: {
            podSelector: { matchLabels: gateway.labels },
            policyTypes: ["Egress"],
            egress: [
              {
                to: [{ namespaceSelector: inNamespace(service.namespace), podSelector: { matchLabels: pods.labels } }],
                ports,
              },
            ],
          },
        },
        opts,
      ),
    ];
  }

  /** At the gateway: whoever has none of the groups is refused at this host. */
  private guardHost(
    name: string,
    { app, settings, provider }: ProtectedAppArgs,
    host: string,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    return app.groups.length === 0
      ? []
      : [
          new AuthorizationPolicy(
            `${name}-groups`,
            {
              metadata: { name: groupsRule(app.name, host), namespace: namespaces.ingress, labels: partOf },
              spec: {
                selector: { matchLabels: gateway.labels },
                action: "DENY",
                rules: outsiders(app, host, settings, provider),
              },
            },
            opts,
          ),
        ];
  }

  /** The gate's certificate where it covers the host, and one of the same kind where not. */
  private certificate(
    name: string,
    { app, settings, hosts, certificateAuthority }: ProtectedAppArgs,
    host: string,
    { dependsOn }: { dependsOn: pulumi.Resource[] },
  ): { secretName: string | undefined; resources: pulumi.Resource[] } {
    const { edge } = settings.certificates;
    const child = { parent: this, dependsOn };
    const challenges =
      edge.type === "acme" && edge.challenge.type === "http01"
        ? new AcmeChallenges(
            `${name}-challenges`,
            // Not an ending: `app-<name>-http` would be another application's own Gateway.
            { gateway: `acme-${app.name}`, hosts: [host], dependsOn },
            { parent: this },
          ).ready
        : [];
    if (edgeCovers(settings, hosts, host)) {
      return { secretName: edgeSecret(edge), resources: challenges };
    }
    const secretName = `app-${app.name}`;
    const leaf = { secretName, namespace: namespaces.ingress, names: [host] };
    const issued =
      edge.type === "acme"
        ? new AcmeIssuer(
            `${name}-acme`,
            {
              issuer: `gatehouse-acme-${app.name}`,
              edge,
              settings,
              names: [host],
              dependsOn,
            },
            { parent: this },
          ).issue(name, leaf, child)
        : certificateAuthority.issue(name, leaf, child);
    return { secretName, resources: [...challenges, issued] };
  }
}
