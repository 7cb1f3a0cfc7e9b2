import { at, type EchoConfig, echoNotebook, typed, withoutEcho } from "./echoNotebook";
import { type NotebookProgram } from "./manifests";

/** The path below a notebook's own at which its bytes come back as they go in. */
export const bytesPath = "bytes";
const bytesPort = 9001;

/**
 * Envoy gives back bytes of a TCP connection, and hands HTTP on to one; that answers 200 by itself. Whoever asked for a websocket
 * gets 101 in its place, as from a server, and then the bytes.
 */
const answers = `
function envoy_on_request(handle)
  local upgrade = (handle:headers():get("upgrade") or ""):lower()
  handle:streamInfo():dynamicMetadata():set("bytes", "is_websocket", upgrade == "websocket")
end

function envoy_on_response(handle)
  local own = handle:streamInfo():dynamicMetadata():get("bytes")
  if own and own["is_websocket"] then
    handle:headers():replace(":status", "101")
    handle:headers():replace("upgrade", "websocket")
    handle:headers():replace("connection", "upgrade")
  else
    handle:headers():replace("content-type", "text/event-stream")
  end
end
`;

/** A notebook that answers as the echo does, and at one path gives back what comes, for as long as somebody is there. */
export function streamingNotebook<Name extends string>(name: Name): NotebookProgram & { name: Name } {
  return echoNotebook(name, ({ config, http, host }) => {
    http.stream_idle_timeout = "0s";
    host.routes.unshift({
      match: at(bytesPath),
      route: { cluster: "bytes", timeout: "0s" },
      typed_per_filter_config: {
        ...withoutEcho,
        answers: {
          "@type": typed("filters.http.lua.v3.LuaPerRoute"),
          source_code: { inline_string: answers },
        },
      },
    });
    http.http_filters.unshift({ name: "answers", typed_config: { "@type": typed("filters.http.lua.v3.Lua") } });
    const address = { socket_address: { address: "127.0.0.1", port_value: bytesPort } };
    config.static_resources.listeners.push({
      name: "bytes",
      address,
      filter_chains: [
        { filters: [{ name: "bytes", typed_config: { "@type": typed("filters.network.echo.v3.Echo") } }] },
      ],
    } as unknown as EchoConfig["static_resources"]["listeners"][number]);
    config.static_resources.clusters = [
      {
        name: "bytes",
        type: "STATIC",
        upstream_config: {
          name: "tcp",
          typed_config: { "@type": typed("upstreams.http.tcp.v3.TcpConnectionPoolProto") },
        },
        load_assignment: { cluster_name: "bytes", endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
      },
    ];
  });
}
