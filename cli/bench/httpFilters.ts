import { gatewayFilter, type GatewayFilterArgs } from "../../documents/gateway/envoyFilter";

/** The router at the end of every list of HTTP filters. */
export const router = {
  name: "envoy.filters.http.router",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
};

/** What the filters of a gate are made from that has nothing but its own host. */
export function bareGate(gate: string): GatewayFilterArgs {
  return {
    gatewayLabels: {},
    gateway: "ingress/gatehouse",
    ports: { http: 8080, https: 8443 },
    hosts: [gate],
    domain: gate,
    returnPath: "/gatehouse/return/",
    gateHost: gate,
    signInPaths: ["/oauth2/"],
    postedTo: [],
    hsts: "max-age=300",
    sessionCookie: "__Secure-gatehouse",
    groupsClaims: {},
    userPrefixes: {},
    userClaims: {},
    tlsEndsAt: "gateway",
    challenges: false,
    proxyProtocol: "off",
    trustedHops: 0,
  };
}

/**
 * The gateway's HTTP filters at one of its ports, in the order in which istiod puts them: around those of its own, which stand in
 * between.
 */
export function httpFilters(
  args: GatewayFilterArgs,
  port: keyof GatewayFilterArgs["ports"],
  between: readonly Record<string, unknown>[] = [],
): Record<string, unknown>[] {
  const filters: Record<string, unknown>[] = [...between, router];
  for (const { applyTo, match, patch } of gatewayFilter(args).configPatches ?? []) {
    const { portNumber } = (match?.listener ?? {}) as { portNumber?: number };
    if (applyTo === "HTTP_FILTER" && portNumber === args.ports[port]) {
      const at = patch?.operation === "INSERT_FIRST" ? 0 : filters.length - 1;
      filters.splice(at, 0, patch?.value as Record<string, unknown>);
    }
  }
  return filters;
}
