import { stringify } from "yaml";

export const forwarderPort = 9080;
export const readyPath = "/gatehouse-verify/ready";

/** Says which of the ways a request takes; the forwarder takes it off. */
export const wayHeader = "x-gatehouse-verify-way";

/** Stands before Envoy's own word for what became of a connection, where the other side gave no answer. */
export const noAnswer = "gatehouse-verify got no answer: ";

/** Somewhere that a forwarder leads to. */
export interface Way {
  name: string;
  host: string;
  port: number;
  /** HTTPS, with the CA that must have signed the certificate of this very host. */
  authority?: string;
}

/**
 * An Envoy that hands on what it gets, as it stands, to where a header says. Where nobody answers, its own answer says how
 * the connection ended, so that one that was closed is told from one that never began.
 */
export function forwarderConfig(ways: readonly Way[]): string {
  const typed = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;
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
                    // What an intruder's program sends must arrive as it stands, not be tidied up here.
                    forward_client_cert_details: "ALWAYS_FORWARD_ONLY",
                    generate_request_id: false,
                    local_reply_config: {
                      body_format: { text_format_source: { inline_string: `${noAnswer}%RESPONSE_FLAGS%` } },
                    },
                    route_config: {
                      request_headers_to_remove: [wayHeader],
                      virtual_hosts: [
                        {
                          name: "suite",
                          domains: ["*"],
                          routes: [
                            { match: { path: readyPath }, direct_response: { status: 200 } },
                            ...ways.map(({ name }) => ({
                              match: {
                                prefix: "/",
                                headers: [{ name: wayHeader, string_match: { exact: name } }],
                              },
                              route: { cluster: name, timeout: "15s" },
                            })),
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
      ],
      clusters: ways.map(({ name, host, port, authority }) => ({
        name,
        type: "STRICT_DNS",
        connect_timeout: "5s",
        load_assignment: {
          cluster_name: name,
          endpoints: [
            { lb_endpoints: [{ endpoint: { address: { socket_address: { address: host, port_value: port } } } }] },
          ],
        },
        ...(authority === undefined ? {} : { transport_socket: verifiedTls(host, authority) }),
      })),
    },
  };
  return stringify(config, { lineWidth: 0 });
}

function verifiedTls(host: string, authority: string) {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
      sni: host,
      common_tls_context: {
        validation_context: {
          trusted_ca: { inline_string: authority },
          match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: host } }],
        },
      },
    },
  };
}
