import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Settings } from "../stacks/schema";
import { AcmeIssuer } from "./acmeIssuer";
import { type CertificateAuthority } from "./certificateAuthority";
import { partOf } from "./labels";
import { type Hosts, isAddress, namespaces, publicHosts } from "./topology";

type Edge = Settings["certificates"]["edge"];

export interface EdgeCertificateArgs {
  settings: Settings;
  hosts: Hosts;
  certificateAuthority: CertificateAuthority;
  /** cert-manager's webhook has answered. */
  certManagerReady: pulumi.Resource;
  /** The gateway's namespace. */
  dependsOn: pulumi.Resource[];
}

/** The Secret that the gateway's public listener reads, or none where the load balancer ends TLS. */
export function edgeSecret(edge: Edge): string | undefined {
  switch (edge.type) {
    case "privateCa":
    case "acme":
      return "gatehouse-edge";
    case "given":
      // Not the name above: cert-manager's Secret outlives its Certificate, and one that is there could not be created.
      return "gatehouse-edge-given";
    case "existingSecret":
      return edge.secretName;
    case "offload":
      return undefined;
  }
}

/**
 * Whether the gate's certificate is for an application's host, too. One that somebody else issues has to be; where TLS ends
 * at the load balancer its certificate is nobody's here.
 */
export function edgeCovers(settings: Settings, hosts: Hosts, host: string): boolean {
  const { edge } = settings.certificates;
  const issued = edge.type === "privateCa" || edge.type === "acme";
  return !issued || covers(edgeNames(settings, hosts), host);
}

/** Whether one of these names is the host, or the wildcard of its parent (RFC 9525, section 6.3). */
export function covers(names: readonly string[], host: string): boolean {
  const wildcard = host.replace(/^[^.]+/, "*");
  return names.some((name) => name === host || name === wildcard);
}

/** The names that the certificate covers, where this program has it issued. */
export function edgeNames({ certificates: { edge }, echo }: Settings, hosts: Hosts): string[] {
  const wildcard =
    edge.type !== "acme" || (edge.names === undefined ? edge.challenge.type === "dns01" : edge.names === "wildcard");
  return isAddress(hosts.gate) || !wildcard ? publicHosts(echo.enabled, hosts) : [hosts.gate, `*.${hosts.gate}`];
}

/** Makes the certificate of the public hosts; the Gateway waits for what this returns. */
export function edgeCertificate(
  name: string,
  { settings, hosts, certificateAuthority, certManagerReady, dependsOn }: EdgeCertificateArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { edge } = settings.certificates;
  const leaf = { secretName: "gatehouse-edge", namespace: namespaces.ingress, names: edgeNames(settings, hosts) };
  const child = { ...opts, dependsOn };
  switch (edge.type) {
    case "privateCa":
      return [certificateAuthority.issue(name, leaf, child)];
    case "acme": {
      const issuer = new AcmeIssuer(
        `${name}-acme`,
        { edge, settings, names: leaf.names, dependsOn: [...dependsOn, certManagerReady] },
        { parent: opts.parent },
      );
      return [issuer.issue(name, leaf, child)];
    }
    case "given":
      return [
        new k8s.core.v1.Secret(
          `${name}-given`,
          {
            metadata: { name: "gatehouse-edge-given", namespace: namespaces.ingress, labels: partOf },
            type: "kubernetes.io/tls",
            stringData: { "tls.crt": edge.certificate, "tls.key": edge.privateKey },
          },
          child,
        ),
      ];
    case "existingSecret":
    case "offload":
      return [];
  }
}
