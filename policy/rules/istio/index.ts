import { type Rule, type StackRule } from "../../rule";
import { forbidClusterWideRequestAuthentication } from "./forbid-cluster-wide-request-authentication";
import { forbidDottedServiceAccounts } from "./forbid-dotted-service-accounts";
import { forbidForwardedTokens } from "./forbid-forwarded-tokens";
import { forbidFragileDenials } from "./forbid-fragile-denials";
import { forbidOtherIdentities } from "./forbid-other-identities";
import { forbidPlaintextMtls } from "./forbid-plaintext-mtls";
import { forbidPortsBehindProxyProtocol } from "./forbid-ports-behind-proxy-protocol";
import { forbidRemovedFilters } from "./forbid-removed-filters";
import { forbidTokensInLogs } from "./forbid-tokens-in-logs";
import { forbidUnderscoredHeaders } from "./forbid-underscored-headers";
import { limitEnvoyFilters } from "./limit-envoy-filters";
import { limitTokenLocations } from "./limit-token-locations";
import { limitUnauthenticatedPaths } from "./limit-unauthenticated-paths";
import { requireBlockedJwksRanges } from "./require-blocked-jwks-ranges";
import { requireDenialBesideOpenPolicies } from "./require-denial-beside-open-policies";
import { requireDestinationAuthorities } from "./require-destination-authorities";
import { requireFailClosedAuthorization } from "./require-fail-closed-authorization";
import { requireIdentityMtls } from "./require-identity-mtls";
import { requireIdentityHeaders } from "./require-identity-headers";
import { requireIdentitySidecars } from "./require-identity-sidecars";
import { requireIstiodAuthentication } from "./require-istiod-authentication";
import { requireJwtAudiences } from "./require-jwt-audiences";
import { requireMeshConfig } from "./require-mesh-config";
import { requireMeshWideMtls } from "./require-mesh-wide-mtls";
import { requirePathNormalization } from "./require-path-normalization";
import { requirePrincipalDenial } from "./require-principal-denial";
import { requireScopedGateways } from "./require-scoped-gateways";
import { requireSignInRoutes } from "./require-sign-in-routes";
import { requireTrustedJwks } from "./require-trusted-jwks";

/** The rules about Istio and Envoy, in the order of the reference page. */
export const rules: readonly Rule[] = [
  forbidClusterWideRequestAuthentication,
  requireJwtAudiences,
  requireTrustedJwks,
  limitTokenLocations,
  forbidForwardedTokens,
  forbidOtherIdentities,
  limitUnauthenticatedPaths,
  forbidFragileDenials,
  forbidDottedServiceAccounts,
  requireFailClosedAuthorization,
  forbidRemovedFilters,
  limitEnvoyFilters,
  forbidPlaintextMtls,
  requireDestinationAuthorities,
  requireIstiodAuthentication,
  requireScopedGateways,
  requireBlockedJwksRanges,
  forbidTokensInLogs,
];

export const stackRules: readonly StackRule[] = [
  requirePrincipalDenial,
  requireDenialBesideOpenPolicies,
  requireIdentityHeaders,
  forbidUnderscoredHeaders,
  requirePathNormalization,
  requireMeshConfig,
  forbidPortsBehindProxyProtocol,
  requireMeshWideMtls,
  requireIdentitySidecars,
  requireIdentityMtls,
  requireSignInRoutes,
];
