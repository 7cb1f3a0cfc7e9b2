/** An Envoy with many notebooks, as istiod configures a gateway with them. */
import { type GatewayFilterArgs } from "../../documents/gateway/envoyFilter";
import { notebookHost, notebookKinds, notebookSignInHost } from "../../stacks/notebookHosts";
import { bareGate, httpFilters, router } from "./httpFilters";

/** `hosts`: an exact host for each notebook, as the gate has it. `path`: one host with a route for each, as Kubeflow has it. */
export type Layout = "hosts" | "path";

export interface Crowd {
  layout: Layout;
  notebooks: number;
  ports: { listener: number; backend: number };
}

const gate = "kubeflow.example.com";
const domain = "kubeflow-notebooks.example.com";
const hcmType = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** Where a notebook is asked for, counted from 0. */
export function addressOf(layout: Layout, index: number): { host: string; path: string } {
  const [namespace, name] = [`profile-${index}`, "lab"];
  const path = `/notebook/${namespace}/${name}/`;
  const own = notebookHost(domain, { kind: "notebook", namespace, name });
  return layout === "path" || !("host" in own) ? { host: gate, path } : { host: own.host, path };
}

/** The gateway under test. */
export function gatewayConfig({ layout, notebooks, ports }: Crowd): object {
  const all = Array.from({ length: notebooks }, (_, index) => ({
    ...addressOf(layout, index),
    cluster: `outbound|80||lab.profile-${index}.svc.cluster.local`,
  }));
  const routeOf = ({ path, cluster }: (typeof all)[number]) => ({
    match: { prefix: path, case_sensitive: true },
    route: { cluster, timeout: "0s" },
  });
  const virtualHosts =
    layout === "path"
      ? [{ name: `${gate}:443`, domains: [gate], routes: all.map(routeOf) }]
      : all.map((each) => ({ name: `${each.host}:443`, domains: [each.host], routes: [routeOf(each)] }));
  return {
    static_resources: {
      listeners: [
        {
          name: "gateway",
          address: onLoopback(ports.listener),
          filter_chains: [
            {
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: {
                    "@type": hcmType,
                    stat_prefix: "gateway",
                    route_config: {
                      name: "https.443",
                      virtual_hosts: virtualHosts,
                      ignore_port_in_host_matching: true,
                    },
                    http_filters: gatewaysFilters(layout),
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: all.map(({ cluster }) => ({
        name: cluster,
        type: "STATIC",
        connect_timeout: "10s",
        load_assignment: {
          cluster_name: cluster,
          endpoints: [{ lb_endpoints: [{ endpoint: { address: onLoopback(ports.backend) } }] }],
        },
      })),
    },
  };
}

/** What stands in for every notebook. */
export function backendConfig(port: number): object {
  return {
    static_resources: {
      listeners: [
        {
          name: "notebook",
          address: onLoopback(port),
          filter_chains: [
            {
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: {
                    "@type": hcmType,
                    stat_prefix: "notebook",
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "notebook",
                          domains: ["*"],
                          routes: [
                            { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } },
                          ],
                        },
                      ],
                    },
                    http_filters: [router],
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  };
}

const onLoopback = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

/** All that the gate does to a request counts, and is the same for the first and the last. */
function gatewaysFilters(layout: Layout): object[] {
  const args: GatewayFilterArgs = {
    ...bareGate(gate),
    ...(layout === "path"
      ? {}
      : {
          notebooks: {
            domain,
            signInHost: notebookSignInHost(domain),
            gateway: "ingress/gatehouse-notebooks",
            endings: Object.fromEntries(notebookKinds.map(({ path, suffix }) => [path, suffix])),
            asks: "ask",
            forwardsAuthorization: false,
          },
        }),
  };
  return httpFilters(args, "https");
}
