import { cloudOf } from "../stacks/clusterIssuers";
import { type MachineIssuer, type Settings } from "../stacks/schema";
import { placeOfClusterKeys } from "./topology";

/** An issuer as the gateway knows it; who vouches for its server concerns istiod alone (keyAuthorities.ts). */
export type TokenIssuer = Omit<MachineIssuer, "ca">;

/** Every issuer besides Dex whose tokens the gateway believes: those of `machines.issuers`, then the cluster's own. */
export function machineIssuersOf(settings: Settings): TokenIssuer[] {
  const { cluster, issuers } = settings.machines;
  if (cluster.type === "none") {
    return issuers;
  }
  const { issuer, audiences, users } = cluster;
  // Kubernetes has no other claim that names the account (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/).
  const own = {
    name: "this cluster",
    issuer,
    audiences,
    userClaim: "sub",
    groupsClaim: "groups",
    users,
  };
  const jwksUri =
    cluster.type === "selfSigned"
      ? placeOfClusterKeys(settings).jwksUri
      : (cluster.jwksUri ?? cloudOf(issuer)?.jwksUri(issuer));
  return [...issuers, { ...own, ...(jwksUri === undefined ? {} : { jwksUri }) }];
}

/** The issuers whose keys istiod fetches from outside the platform. */
export function fetchedIssuersOf(settings: Settings): TokenIssuer[] {
  const own = placeOfClusterKeys(settings).jwksUri;
  return machineIssuersOf(settings).filter(({ jwks, jwksUri }) => jwks === undefined && jwksUri !== own);
}
