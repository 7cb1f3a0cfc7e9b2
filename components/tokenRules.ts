import * as pulumi from "@pulumi/pulumi";
import { type MachineIssuer, type Settings } from "../stacks/schema";
import { RequestAuthentication } from "./customResources";
import { partOf } from "./labels";
import { machineIssuersOf } from "./machineIssuers";
import { dex, gateway, type Hosts, internalDexUrl, issuerOf, namespaces } from "./topology";

export interface TokenRulesArgs {
  settings: Settings;
  hosts: Hosts;
  /** Whatever istiod's first fetch of Dex's keys goes through; after a failed one it waits longer and longer. */
  dependsOn: pulumi.Resource[];
}

/** Which tokens are believed, and what applications learn from them; on the gateway alone. */
export class TokenRules extends pulumi.ComponentResource {
  constructor(name: string, { settings, hosts, dependsOn }: TokenRulesArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:TokenRules", name, {}, opts);
    new RequestAuthentication(
      name,
      {
        metadata: { name: "tokens", namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: { matchLabels: gateway.labels },
          jwtRules: [dexRule(settings, hosts), ...machineIssuersOf(settings).map(machineRule)],
        },
      },
      { parent: this, dependsOn },
    );
    this.registerOutputs({});
  }
}

/** Both identity headers stand in every rule: Envoy removes only what a rule names, so a missing one could be forged. */
function rule(issuer: string, audiences: string[], claims: { user: string; groups: string }) {
  return {
    issuer,
    audiences,
    // Without this Envoy would also take a token from the query string, where logs and referrers keep it.
    fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
    forwardOriginalToken: false,
    outputClaimToHeaders: [
      { header: "kubeflow-userid", claim: claims.user },
      { header: "kubeflow-groups", claim: claims.groups },
    ],
  };
}

/** Dex's tokens name the client that they were made for: people's is oauth2-proxy, and each job has one of its own. */
function dexRule({ machines }: Settings, hosts: Hosts) {
  return {
    ...rule(issuerOf(hosts), [dex.clientId, ...machines.clients.map(({ id }) => id)], {
      user: "email",
      groups: "groups",
    }),
    jwksUri: `${internalDexUrl}/keys`,
  };
}

function machineRule({ issuer, audiences, jwksUri, jwks, userClaim, groupsClaim }: MachineIssuer) {
  return {
    ...rule(issuer, audiences, { user: userClaim, groups: groupsClaim }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(jwks === undefined ? {} : { jwks }),
  };
}
