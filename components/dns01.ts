import * as pulumi from "@pulumi/pulumi";
import { type AcmeEdge } from "../stacks/acmeServer";
import { type GivenSecret } from "../stacks/secrets";
import { acme } from "./topology";

export type Dns01Provider = Extract<AcmeEdge["challenge"], { type: "dns01" }>["provider"];

/** Where cert-manager finds a secret: in the Secret of `secretsOf`, or in one that is there already. */
function secretRef(key: string, given: GivenSecret): { name: string; key: string } {
  return pulumi.Output.isInstance(given) ? { name: acme.dnsAccess, key } : { name: given.secretName, key: given.key };
}

/** A provider's only secret and its key in our Secret, where the settings hold one. */
function secretOf(provider: Dns01Provider): [key: string, given: GivenSecret] | undefined {
  switch (provider.type) {
    case "route53":
      return provider.auth.type === "accessKey" ? ["secretAccessKey", provider.auth.secretAccessKey] : undefined;
    case "cloudDns":
      return provider.auth.type === "serviceAccountKey" ? ["key.json", provider.auth.serviceAccountKey] : undefined;
    case "azureDns":
      return provider.auth.type === "clientSecret" ? ["clientSecret", provider.auth.clientSecret] : undefined;
    case "cloudflare":
      return ["apiToken", provider.apiToken];
  }
}

/** What the Secret of the provider's credentials holds; nothing where they are in the cluster, or not needed. */
export function secretsOf(provider: Dns01Provider): Record<string, pulumi.Output<string>> {
  const [key, given] = secretOf(provider) ?? [];
  return key !== undefined && pulumi.Output.isInstance(given) ? { [key]: given } : {};
}

/** The solver as cert-manager's API has it (acme.cert-manager.io/v1, ACMEChallengeSolverDNS01). */
export function dns01Solver(provider: Dns01Provider) {
  switch (provider.type) {
    case "route53": {
      const { auth, region, hostedZoneId } = provider;
      return {
        route53: {
          region,
          ...(hostedZoneId === undefined ? {} : { hostedZoneID: hostedZoneId }),
          ...(auth.type === "workloadIdentity"
            ? { role: auth.role, auth: { kubernetes: { serviceAccountRef: { name: acme.dnsAccess } } } }
            : {
                accessKeyID: auth.accessKeyId,
                secretAccessKeySecretRef: secretRef("secretAccessKey", auth.secretAccessKey),
              }),
        },
      };
    }
    case "cloudDns": {
      const { auth, project, hostedZone } = provider;
      return {
        cloudDNS: {
          project,
          ...(hostedZone === undefined ? {} : { hostedZoneName: hostedZone }),
          ...(auth.type === "workloadIdentity"
            ? {}
            : { serviceAccountSecretRef: secretRef("key.json", auth.serviceAccountKey) }),
        },
      };
    }
    case "azureDns": {
      const { auth, subscriptionId, resourceGroup, hostedZone } = provider;
      return {
        azureDNS: {
          subscriptionID: subscriptionId,
          resourceGroupName: resourceGroup,
          hostedZoneName: hostedZone,
          ...(auth.type === "workloadIdentity"
            ? { managedIdentity: { clientID: auth.clientId } }
            : {
                tenantID: auth.tenantId,
                clientID: auth.clientId,
                clientSecretSecretRef: secretRef("clientSecret", auth.clientSecret),
              }),
        },
      };
    }
    case "cloudflare":
      return { cloudflare: { apiTokenSecretRef: secretRef("apiToken", provider.apiToken) } };
  }
}
