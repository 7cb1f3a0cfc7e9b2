import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

/** The bootstrap configuration of the echo's Envoy: one listener that answers every request with what it was sent. */
export function echoConfig(port: number): string {
  const typed = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const config = {
    static_resources: {
      listeners: [
        {
          name: "echo",
          address: { socket_address: { address: "0.0.0.0", port_value: port } },
          filter_chains: [
            {
              filters: [
                {
                  name: "http",
                  typed_config: {
                    "@type": typed("network.http_connection_manager.v3.HttpConnectionManager"),
                    stat_prefix: "echo",
                    // Without it Envoy itself refuses what asks for one, as if the gate had.
                    upgrade_configs: [{ upgrade_type: "websocket" }],
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "echo",
                          domains: ["*"],
                          routes: [{ match: { prefix: "/" }, direct_response: { status: 200 } }],
                        },
                      ],
                    },
                    http_filters: [
                      {
                        name: "echo",
                        typed_config: {
                          "@type": typed("http.lua.v3.Lua"),
                          default_source_code: { inline_string: readFileSync(join(__dirname, "echo.lua"), "utf8") },
                        },
                      },
                      { name: "router", typed_config: { "@type": typed("http.router.v3.Router") } },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  };
  return stringify(config, { lineWidth: 0 });
}
