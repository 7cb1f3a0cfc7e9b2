import { gatewayFilter, type GatewayFilterArgs } from "../../documents/gateway/envoyFilter";

/** The router at the end of every list of HTTP filters. */
export const router = {
  name: "envoy.filters.http.router",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
};

/** The gateway's HTTP filters at its public HTTPS port, in the order in which istiod puts them. */
export function httpsFilters(args: GatewayFilterArgs): Record<string, unknown>[] {
  const filters: Record<string, unknown>[] = [router];
  for (const { applyTo, match, patch } of gatewayFilter(args).configPatches ?? []) {
    const { portNumber } = (match?.listener ?? {}) as { portNumber?: number };
    if (applyTo === "HTTP_FILTER" && portNumber === args.ports.https) {
      const at = patch?.operation === "INSERT_FIRST" ? 0 : filters.length - 1;
      filters.splice(at, 0, patch?.value as Record<string, unknown>);
    }
  }
  return filters;
}
