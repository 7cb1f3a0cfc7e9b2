import { gatewayFilter, type GatewayFilterArgs } from "../../documents/gateway/envoyFilter";

/** The router at the end of every list of HTTP filters. */
export const router = {
  name: "envoy.filters.http.router",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
};

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
