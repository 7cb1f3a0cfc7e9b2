/** The connections that certificates of an ACME server take. */
import { acmeServer } from "../../stacks/acmeServer";
import { type Settings } from "../../stacks/schema";
import { acme, gateway, gkeMetadataServer } from "../topology";
import { type Flow, httpsPorts, internet, parts, tcp } from "./peers";

/** What cert-manager and an ACME server ask each other. */
export function acmeFlows({ environment, certificates: { edge } }: Settings): Flow[] {
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
