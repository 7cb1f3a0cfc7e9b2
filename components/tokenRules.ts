import * as pulumi from "@pulumi/pulumi";
import { type Settings } from "../stacks/schema";
import { RequestAuthentication } from "./customResources";
import { partOf } from "./labels";
import { type IdentityProvider } from "./identityProvider";
import { clientsOf } from "./knownIssuers";
import { machineIssuersOf, type TokenIssuer } from "./machineIssuers";
import { notebookSignIn } from "./signIns";
import { gateway, type Hosts, namespaces } from "./topology";

export interface TokenRulesArgs {
  settings: Settings;
  hosts: Hosts;
  provider: IdentityProvider;
  /** Whatever istiod's first fetch of Dex's keys goes through; after a failed one it waits longer and longer. */
  dependsOn: pulumi.Resource[];
}

/** Which tokens are believed, and what applications learn from them; on the gateway alone. */
export class TokenRules extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, hosts, provider, dependsOn }: TokenRulesArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:TokenRules", name, {}, opts);
    new RequestAuthentication(
      name,
      {
        metadata: { name: "tokens", namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: { matchLabels: gateway.labels },
          jwtRules: [personRule(settings, hosts, provider), ...machineIssuersOf(settings).map(machineRule)],
        },
      },
      { parent: this, dependsOn },
    );
    this.registerOutputs({});
  }
}

/**
 * In place of a claim that an issuer has none of: for groups the gateway's last filter leaves the header out, too; a user
 * with a prefix is written by a filter alone, because Envoy's rule can add none, so that without the filter there is no user.
 */
const noClaim = "gatehouse:none";

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

/**
 * Dex's tokens name the client that they were made for: people's is oauth2-proxy, the notebooks' is their own, and each job has
 * one. Which is good at which host, accessRules.ts says.
 */
function personRule(settings: Settings, hosts: Hosts, provider: IdentityProvider) {
  const { issuer, clientId, userClaim, groupsClaim, jwksUri } = provider;
  const signIn = notebookSignIn(settings, hosts);
  const notebooks = signIn === undefined ? [] : [signIn.clientId];
  return {
    ...rule(issuer, [...clientsOf(settings, clientId), ...notebooks], { user: userClaim, groups: groupsClaim }),
    jwksUri,
  };
}

function machineRule({ issuer, audiences, jwksUri, jwks, userClaim, userPrefix, groupsClaim = noClaim }: TokenIssuer) {
  const user = userPrefix === undefined ? userClaim : noClaim;
  return {
    ...rule(issuer, audiences, { user, groups: groupsClaim }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(jwks === undefined ? {} : { jwks }),
  };
}
