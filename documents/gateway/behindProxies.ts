import { type ConfigPatch, hcm, hcmType } from "./configPatch";

/**
 * This port is https's, whoever ends TLS. Behind a proxy Envoy would take the scheme from what the proxy, or the client through it,
 * wrote into X-Forwarded-Proto, and behind one that writes nothing from the connection, which has no TLS: routes would then
 * redirect to http. It sets that header as well as `:scheme`.
 */
export function schemeOfThePort(portNumber: number): ConfigPatch {
  return {
    applyTo: "NETWORK_FILTER",
    match: { context: "GATEWAY", listener: { portNumber, filterChain: { filter: { name: hcm } } } },
    patch: {
      operation: "MERGE",
      value: { typed_config: { "@type": hcmType, scheme_header_transformation: { scheme_to_overwrite: "https" } } },
    },
  };
}

/**
 * Not Istio's own `gatewayTopology.proxyProtocol`: that is for all ports, and the platform's own parts speak plain TLS to
 * the internal one. A connection without the header is closed (`allow_requests_without_proxy_protocol` is false).
 */
export function requireProxyProtocol(portNumber: number): ConfigPatch {
  return {
    applyTo: "LISTENER_FILTER",
    match: { context: "GATEWAY", listener: { portNumber } },
    patch: {
      operation: "INSERT_FIRST",
      value: {
        name: "envoy.filters.listener.proxy_protocol",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
        },
      },
    },
  };
}
