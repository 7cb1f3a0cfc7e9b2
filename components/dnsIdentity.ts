import { type Settings } from "../stacks/schema";

/** What cert-manager's own pods need for DNS-01 with an identity of the cloud. */
export function dnsIdentity(edge: Settings["certificates"]["edge"]): {
  /** Without it only ClusterIssuers may use the identity of cert-manager's own pod, and ours is an Issuer. */
  ambientCredentials: boolean;
  podLabels: Record<string, string>;
} {
  const provider = edge.type === "acme" && edge.challenge.type === "dns01" ? edge.challenge.provider : undefined;
  const isAmbient =
    (provider?.type === "cloudDns" || provider?.type === "azureDns") && provider.auth.type === "workloadIdentity";
  return {
    ambientCredentials: isAmbient,
    // The label asks Azure's webhook for a token (https://azure.github.io/azure-workload-identity/docs/topics/).
    podLabels: isAmbient && provider.type === "azureDns" ? { "azure.workload.identity/use": "true" } : {},
  };
}
