import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { echoConfig } from "../../../documents/gateway/echoConfig";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const source = readFileSync(join(__dirname, "../../../documents/gateway/echo.lua"), "utf8");

describe("the echo", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const ask = (...headers: Header[]) => {
    const { answer } = envoy.filter(source, headers);
    assert(answer);
    assert.deepEqual(answer.headers, {
      ":status": "200",
      "content-type": "application/json",
      "cache-control": "no-store",
    });
    return JSON.parse(answer.body) as { user: string | null; groups: string[]; headers: Record<string, string> };
  };

  it("answers with who is there, and every header that an application gets", () => {
    const headers = { ":path": "/", accept: "*/*", "kubeflow-groups": "a,b c", "kubeflow-userid": "user@example.com" };
    assert.deepEqual(ask(...Object.entries(headers)), { user: "user@example.com", groups: ["a", "b c"], headers });
  });

  it("sets the cookie that it is asked for", () => {
    const { answer } = envoy.filter(source, [["x-echo-set-cookie", "a=b; Path=/"]]);
    assert.equal(answer?.headers["set-cookie"], "a=b; Path=/");
  });

  it("allows service workers what it is asked to", () => {
    const { answer } = envoy.filter(source, [["x-echo-service-worker-allowed", "/"]]);
    assert.equal(answer?.headers["service-worker-allowed"], "/");
  });

  it("knows nobody where no identity comes along", () => {
    assert.deepEqual(ask([":path", "/"]), { user: null, groups: [], headers: { ":path": "/" } });
  });

  it("answers with JSON whatever the headers hold", () => {
    const value = fc.string({ unit: "binary-ascii" });
    fc.assert(
      fc.property(value, value, (path, user) => {
        assert.deepEqual(ask([":path", path], ["kubeflow-userid", user]), {
          user,
          groups: [],
          headers: { ":path": path, "kubeflow-userid": user },
        });
      }),
    );
  });

  it("answers with JSON to bytes that are no text", () => {
    assert.equal(ask([":path", "\xff\xfe\x80"]).headers[":path"], "\u00ff\u00fe\u0080");
  });

  it("listens at its port to every host, and runs the filter before the router", () => {
    const { static_resources } = parse(echoConfig(8080)) as {
      static_resources: {
        listeners: {
          address: object;
          filter_chains: { filters: { typed_config: { http_filters: { name: string; typed_config: Lua }[] } }[] }[];
        }[];
      };
    };
    const [listener] = static_resources.listeners;
    assert.deepEqual(listener?.address, { socket_address: { address: "0.0.0.0", port_value: 8080 } });
    const filters = listener.filter_chains[0]?.filters[0]?.typed_config.http_filters;
    assert.deepEqual(
      filters?.map(({ name }) => name),
      ["echo", "router"],
    );
    assert.equal(filters?.[0]?.typed_config.default_source_code?.inline_string, source);
  });

  interface Lua {
    default_source_code?: { inline_string: string };
  }
});
