/** A real Envoy with the gateway's filters in the order in which istiod puts them, in front of an application that shows what it got. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, createServer, request } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, listening, residentBytes } from "../../../cli/bench/envoyProcess";
import { httpFilters } from "../../../cli/bench/httpFilters";
import { gatewayFilter, type GatewayFilterArgs } from "../../../documents/gateway/envoyFilter";

type Json = Record<string, unknown>;

export interface Seen {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** What the application got; nothing where nothing reached it. */
  passed?: { url: string; headers: IncomingHttpHeaders };
}

export interface RunningEnvoy {
  ask(host: string, path: string, headers?: Record<string, string | string[]>, method?: string): Promise<Seen>;
  /** Bytes that it holds. */
  memory(): number;
  close(): Promise<void>;
}

export interface Surroundings {
  /** The gateway's port whose filters run. */
  port?: keyof GatewayFilterArgs["ports"];
  /** What stands in for Istio's own filters, between those that come first and those before the router. */
  between?: readonly Json[];
}

/** A request's header that says how long a cookie the application sets. */
export const cookieLength = "x-cookie-length";

export async function runEnvoy(
  envoy: string,
  args: GatewayFilterArgs,
  surroundings: Surroundings = {},
): Promise<RunningEnvoy> {
  let last: Seen["passed"];
  const application = createServer((incoming, answer) => {
    last = { url: incoming.url ?? "", headers: incoming.headers };
    answer.setHeader("set-cookie", [
      `${args.sessionCookie}=planted`,
      `${args.sessionCookie}_x_csrf=begun; Path=/; Domain=example.com`,
      "mine=1; Domain=example.com",
      ...hostileCookies(Number(incoming.headers[cookieLength] ?? 0)),
    ]);
    answer.setHeader("service-worker-allowed", "/");
    answer.end("an application");
  });
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  const [port] = await freePorts();
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-running-"));
  const file = join(folder, "envoy.json");
  writeFileSync(file, JSON.stringify(bootstrap(args, surroundings, port, (application.address() as AddressInfo).port)));
  const child = spawn(envoy, ["-c", file, "--concurrency", "1", "--disable-hot-restart", "-l", "warning"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await listening(child, port);
  return {
    async ask(host, path, headers = {}, method = "GET") {
      last = undefined;
      const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
        request(
          { port, host: "127.0.0.1", path, method, headers: { host, ...headers }, maxHeaderSize: 1 << 20 },
          resolve,
        )
          .once("error", reject)
          .end();
      });
      let body = "";
      for await (const chunk of incoming.setEncoding("utf8")) {
        body += String(chunk);
      }
      return {
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        body,
        ...(last === undefined ? {} : { passed: last }),
      };
    },
    memory: () => residentBytes(child.pid),
    async close() {
      child.kill("SIGKILL");
      await new Promise((resolve) => application.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

/** What an application may send that wants to keep a filter busy. */
function hostileCookies(length: number): string[] {
  return length === 0 ? [] : [" ".repeat(length), "=".repeat(length), `a${" ;".repeat(length / 2)}b`];
}

/** A public port as istiod makes it, without TLS, and one route that leads everywhere. */
function bootstrap(
  args: GatewayFilterArgs,
  { port: which = "https", between = [] }: Surroundings,
  port: number,
  application: number,
): Json {
  const { configPatches = [] } = gatewayFilter(args);
  const merged = configPatches.find(({ applyTo }) => applyTo === "NETWORK_FILTER")?.patch?.value as
    { typed_config: Json } | undefined;
  const socket = (number: number) => ({ socket_address: { address: "127.0.0.1", port_value: number } });
  return {
    static_resources: {
      listeners: [
        {
          name: "https",
          address: socket(port),
          filter_chains: [
            {
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: {
                    ...merged?.typed_config,
                    stat_prefix: "https",
                    // As the mesh configuration and Istio's EDGE profile have them.
                    normalize_path: true,
                    merge_slashes: true,
                    path_with_escaped_slashes_action: "UNESCAPE_AND_FORWARD",
                    common_http_protocol_options: { headers_with_underscores_action: "DROP_HEADER" },
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "any",
                          domains: ["*"],
                          routes: [{ match: { prefix: "/" }, route: { cluster: "application" } }],
                        },
                      ],
                    },
                    http_filters: httpFilters(args, which, between),
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: "application",
          type: "STATIC",
          load_assignment: {
            cluster_name: "application",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(application) } }] }],
          },
        },
      ],
    },
  };
}
