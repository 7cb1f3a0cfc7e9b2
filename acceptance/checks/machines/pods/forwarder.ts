import { stringify } from "yaml";

/** Where a client pod's Envoy listens for the suite, which comes through the API server. */
export const forwarderPort = 9080;
/** Where it hands on bytes as they come, for whoever begins a connection with something else than HTTP. */
export const rawPort = 9081;
export const readyPath = "/gatehouse-verify/ready";

/** Where a backend's sidecar answers kubelet in plain text, outside mutual TLS. */
export const sidecarHealth = { port: 15021, path: "/healthz/ready" } as const;

export interface ForwarderArgs {
  /** The backend's Service, as an application would name it. */
  backend: { host: string; port: number };
  /** Whether it hands on connections as they stand, too, at `rawPort`. */
  raw?: boolean;
}

/**
 * An Envoy that hands on what it gets, as it stands: the suite's own foot in a pod, without a shell or curl in an image.
 * Where the pod has a sidecar, that takes the connection over from here.
 */
export function forwarderConfig({ backend, raw = false }: ForwarderArgs): string {
  const typed = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;
  const cluster = (name: string, port: number) => ({
    name,
    type: "STRICT_DNS",
    connect_timeout: "5s",
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: backend.host, port_value: port } } } }],
        },
      ],
    },
  });
  const config = {
    static_resources: {
      listeners: [
        {
          name: "suite",
          address: { socket_address: { address: "0.0.0.0", port_value: forwarderPort } },
          filter_chains: [
            {
              filters: [
                {
                  name: "http",
                  typed_config: {
                    "@type": typed("filters.network.http_connection_manager.v3.HttpConnectionManager"),
                    stat_prefix: "suite",
                    // What an intruder's program sends must arrive at the sidecar, not be tidied up here.
                    forward_client_cert_details: "ALWAYS_FORWARD_ONLY",
                    generate_request_id: false,
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "suite",
                          domains: ["*"],
                          routes: [
                            { match: { path: readyPath }, direct_response: { status: 200 } },
                            { match: { path: sidecarHealth.path }, route: { cluster: "health" } },
                            { match: { prefix: "/" }, route: { cluster: "backend", timeout: "15s" } },
                          ],
                        },
                      ],
                    },
                    http_filters: [
                      {
                        name: "router",
                        typed_config: { "@type": typed("filters.http.router.v3.Router"), suppress_envoy_headers: true },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
        ...(raw ? [rawListener(typed("filters.network.tcp_proxy.v3.TcpProxy"))] : []),
      ],
      clusters: [cluster("backend", backend.port), cluster("health", sidecarHealth.port)],
    },
  };
  return stringify(config, { lineWidth: 0 });
}

function rawListener(type: string) {
  const proxy = { "@type": type, stat_prefix: "raw", cluster: "backend" };
  return {
    name: "raw",
    address: { socket_address: { address: "0.0.0.0", port_value: rawPort } },
    filter_chains: [{ filters: [{ name: "tcp", typed_config: proxy }] }],
  };
}
