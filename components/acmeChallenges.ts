import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Gateway, VirtualService } from "./customResources";
import { partOf } from "./labels";
import { acme, gateway, namespaces, serviceHost } from "./topology";

export interface AcmeChallengesArgs {
  /** Name of the Gateway that takes these hosts' plain HTTP. */
  gateway: string;
  /** Hosts that an HTTP-01 certificate is asked for. */
  hosts: readonly string[];
  /** The mesh and the gateway's namespace. */
  dependsOn: pulumi.Resource[];
}

/**
 * Port 80 where ACME's HTTP-01 is in use: the challenge's path leads to the host's solver, and everything else to HTTPS.
 * Only this namespace may route there. Routes of applications would be no danger, since the gateway's filter answers
 * first; they are not there should it ever be gone.
 */
export class AcmeChallenges extends pulumi.ComponentResource {
  /** What the gateway's pods wait for. */
  readonly ready: pulumi.Resource[];

  constructor(
    name: string,
    { gateway: resource, hosts, dependsOn }: AcmeChallengesArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:AcmeChallenges", name, {}, opts);
    const child = { parent: this, dependsOn };
    const plain = new Gateway(
      name,
      {
        metadata: { name: resource, namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: gateway.labels,
          servers: [
            {
              port: { number: 80, name: "http", protocol: "HTTP" },
              hosts: hosts.map((host) => `${namespaces.ingress}/${host}`),
            },
          ],
        },
      },
      child,
    );
    const routes = hosts.flatMap((host) => {
      const solver = `gatehouse-acme-${acme.solverOf(host)}`;
      const metadata = {
        name: solver,
        namespace: namespaces.ingress,
        labels: partOf,
        annotations: { "gatehouse/host": host },
      };
      return [
        new k8s.core.v1.Service(
          `${name}-${host}`,
          {
            // It has endpoints while a challenge runs, and nobody waits for that.
            metadata: { ...metadata, annotations: { ...metadata.annotations, "pulumi.com/skipAwait": "true" } },
            spec: {
              selector: { [acme.solverLabel]: acme.solverOf(host) },
              ports: [{ name: "http", port: acme.solverPort, targetPort: acme.solverPort, protocol: "TCP" }],
            },
          },
          child,
        ),
        new VirtualService(
          `${name}-${host}`,
          {
            metadata,
            spec: {
              hosts: [host],
              gateways: [`${namespaces.ingress}/${resource}`],
              http: [
                {
                  name: "challenge",
                  match: [{ uri: { prefix: "/.well-known/acme-challenge/" }, method: { exact: "GET" } }],
                  route: [
                    {
                      destination: { host: serviceHost(solver, namespaces.ingress), port: { number: acme.solverPort } },
                    },
                  ],
                },
                { name: "https", redirect: { scheme: "https", redirectCode: 301 } },
              ],
            },
          },
          child,
        ),
      ];
    });
    this.ready = [plain, ...routes];
    this.registerOutputs({});
  }
}
