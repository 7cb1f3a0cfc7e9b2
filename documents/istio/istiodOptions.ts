/** How istiod itself has to run: its environment variables and flags (pilot/pkg/features and pilot-discovery of Istio). */

export const istiodEnv = {
  // A Gateway resource configures gateways of its own namespace only; otherwise any tenant could open a listener here.
  PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true",
  // istiod fetches keys, and keeps the last ones when an issuer is away: running sessions survive Dex.
  PILOT_JWT_ENABLE_REMOTE_JWKS: "false",
  // Dex signs with a new key at once after a rotation, so the old set may not live for Istio's default of 20 minutes.
  PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: "1m",
  // CVE-2026-41413: whoever may write a RequestAuthentication could have istiod ask the cloud's metadata server.
  BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10",
  ENABLE_DEBUG_ENDPOINT_AUTH: "true",
  XDS_AUTH: "true",
  // The gateway knows what routes lead to that name it, and nothing else. Otherwise it obeys DestinationRules of every
  // namespace, and some of them keep new pods from getting ready or use up the memory of those that run.
  PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: "true",
} as const;

/**
 * With two providers of CUSTOM policies on one gateway istiod denies everything without this, which Istio has since 1.30
 * (pilot/pkg/security/authz/builder/builder.go).
 */
export const severalProviders = { PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: "true" } as const;

/**
 * istiod gives up on keys that it could not fetch within five seconds of its start, and asks again only when it builds a
 * listener. That is when a proxy connects anew: at the chart's 30 minutes a restarted cluster let nobody in for as long.
 */
export const keepaliveMaxServerConnectionAge = "2m";

/** istiod reads `extra.pem` in this folder and no other name (pilot/pkg/model/jwks_resolver.go). */
export const extraAuthorities = { folder: "/cacerts", file: "extra.pem" } as const;
