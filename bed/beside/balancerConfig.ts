import { endsTls, writesProxyHeader } from "../../acceptance/check";
import { type FrontFacts } from "../platform/facts";

export interface BalancerArgs {
  type: FrontFacts["type"];
  /** Where the gateway's Service is reached. */
  gateway: string;
  /** Files of its certificate and key, where it ends TLS. */
  certificate: string;
  key: string;
  /** Where it adds no header, with the PROXY protocol elsewhere. */
  barePort: number;
}

const typed = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;

/** The configuration of Envoy as a company's load balancer: as little as such a one does, and nothing for our sake. */
export function balancerConfig(args: BalancerArgs): Record<string, unknown> {
  const { gateway, type, barePort } = args;
  const http = type === "offload";
  const ports = [80, 443];
  const chain = (port: number) => ({
    filters: [http ? handingOnRequests(port) : handingOn(`port-${port}`)],
    ...(port === 443 && endsTls({ type }) ? { transport_socket: tls(args) } : {}),
  });
  const header = writesProxyHeader({ type });
  return {
    static_resources: {
      listeners: [
        ...ports.map((port) => listener(port, chain(port))),
        ...(header ? [listener(barePort, { filters: [handingOn("bare")] })] : []),
      ],
      clusters: [
        ...ports.map((port) => cluster(`port-${port}`, { gateway, port }, header ? proxyProtocol : undefined)),
        ...(header ? [cluster("bare", { gateway, port: 443 })] : []),
      ],
    },
  };
}

function listener(port: number, filterChain: unknown) {
  return {
    name: `port-${port}`,
    address: { socket_address: { address: "0.0.0.0", port_value: port } },
    filter_chains: [filterChain],
  };
}

function cluster(name: string, { gateway, port }: { gateway: string; port: number }, transport_socket?: unknown) {
  const address = { socket_address: { address: gateway, port_value: port } };
  return {
    name,
    type: "STATIC",
    connect_timeout: "5s",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...(transport_socket === undefined ? {} : { transport_socket }),
  };
}

/** Adds the client's address to X-Forwarded-For, as such balancers do. */
function handingOnRequests(port: number) {
  const manager = {
    "@type": typed("filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: `port-${port}`,
    use_remote_address: true,
    stream_idle_timeout: "3600s",
    upgrade_configs: [{ upgrade_type: "websocket" }],
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: `port-${port}`, timeout: "0s" } }],
        },
      ],
    },
    http_filters: [{ name: "router", typed_config: { "@type": typed("filters.http.router.v3.Router") } }],
  };
  return { name: "http", typed_config: manager };
}

function tls({ certificate, key }: BalancerArgs) {
  const context = {
    "@type": typed("transport_sockets.tls.v3.DownstreamTlsContext"),
    common_tls_context: {
      alpn_protocols: ["h2", "http/1.1"],
      tls_certificates: [{ certificate_chain: { filename: certificate }, private_key: { filename: key } }],
    },
  };
  return { name: "tls", typed_config: context };
}

function handingOn(name: string) {
  const proxy = { "@type": typed("filters.network.tcp_proxy.v3.TcpProxy"), stat_prefix: name, cluster: name };
  return { name: "tcp", typed_config: proxy };
}

const proxyProtocol = {
  name: "proxy-protocol",
  typed_config: {
    "@type": typed("transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport"),
    config: { version: "V2" },
    transport_socket: {
      name: "plain",
      typed_config: { "@type": typed("transport_sockets.raw_buffer.v3.RawBuffer") },
    },
  },
};
