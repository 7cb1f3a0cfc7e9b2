import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter";

/** One change of an EnvoyFilter. */
export type ConfigPatch = NonNullable<NonNullable<IEnvoyFilter["spec"]>["configPatches"]>[number];

/** The filter of Envoy that reads HTTP, and the message that configures it. */
export const hcm = "envoy.filters.network.http_connection_manager";
export const hcmType =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** A Lua filter's configuration. */
export function lua(inlineString: string): Record<string, unknown> {
  return {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
    default_source_code: { inline_string: inlineString },
  };
}

export function insertFirst(portNumber: number, name: string, config: Record<string, unknown>): ConfigPatch {
  return httpFilter(portNumber, "INSERT_FIRST", name, config);
}

export function insertBeforeRouter(portNumber: number, name: string, config: Record<string, unknown>): ConfigPatch {
  return httpFilter(portNumber, "INSERT_BEFORE", name, config, { subFilter: { name: "envoy.filters.http.router" } });
}

function httpFilter(
  portNumber: number,
  operation: "INSERT_FIRST" | "INSERT_BEFORE",
  name: string,
  config: Record<string, unknown>,
  neighbour: { subFilter?: { name: string } } = {},
): ConfigPatch {
  return {
    applyTo: "HTTP_FILTER",
    match: { context: "GATEWAY", listener: { portNumber, filterChain: { filter: { name: hcm, ...neighbour } } } },
    patch: { operation, value: { name, typed_config: config } },
  };
}

/** A Gateway resource and how its routes are called. */
export interface RoutedGateway {
  /** `namespace/name`. */
  gateway: string;
  tlsEndsAt: "gateway" | "load balancer";
}

/**
 * Envoy asks oauth2-proxy about requests that have a route only. Without this last route of every host, a path that no
 * application serves, such as the gate host's own `/` before a dashboard is there, would be "RBAC: access denied" for
 * everybody with a session or without one, and signing out would end on it.
 */
export function checkUnroutedPaths({ gateway, tlsEndsAt }: RoutedGateway): ConfigPatch {
  return {
    applyTo: "HTTP_ROUTE",
    match: {
      context: "GATEWAY",
      // Routes of plain HTTP belong to a port and not to a Gateway; Istio compares the Service's.
      routeConfiguration: tlsEndsAt === "gateway" ? { gateway, portName: "https" } : { portNumber: 443 },
    },
    patch: {
      operation: "INSERT_AFTER",
      value: { name: "not-found", match: { prefix: "/" }, direct_response: { status: 404 } },
    },
  };
}
