import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaSet } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const filter = luaFilter("https-redirect.lua", {
  hosts: luaSet(["kubeflow.example.com", "echo.kubeflow.example.com"]),
  below: luaSet([".kubeflow.example.com"]),
});

describe("plain HTTP", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const ask = (authority: string, path: string) => {
    const { answer } = envoy.filter(filter, [
      [":authority", authority],
      [":path", path],
      [":method", "GET"],
    ]);
    assert(answer, "the request went on to the next filter");
    return answer;
  };

  const redirects: [authority: string, path: string, location: string][] = [
    ["kubeflow.example.com", "/", "https://kubeflow.example.com/"],
    ["kubeflow.example.com:80", "/", "https://kubeflow.example.com/"],
    ["kubeflow.example.com:30080", "/a", "https://kubeflow.example.com/a"],
    ["KubeFlow.Example.COM", "/A", "https://kubeflow.example.com/A"],
    ["echo.kubeflow.example.com", "/x?y=z&w=%20", "https://echo.kubeflow.example.com/x?y=z&w=%20"],
    ["grafana.kubeflow.example.com", "/d/1?y=z", "https://grafana.kubeflow.example.com/d/1?y=z"],
    ["Grafana.Kubeflow.Example.Com:80", "/", "https://grafana.kubeflow.example.com/"],
    ["a.b.kubeflow.example.com", "/", "https://a.b.kubeflow.example.com/"],
    ["kubeflow.example.com", "//other.example.com/", "https://kubeflow.example.com//other.example.com/"],
    [
      "kubeflow.example.com",
      "/?next=http://other.example.com",
      "https://kubeflow.example.com/?next=http://other.example.com",
    ],
    // Envoy itself refuses these; should it ever not, they must not lead to another host.
    ["kubeflow.example.com", "*", "https://kubeflow.example.com/"],
    ["kubeflow.example.com", "@other.example.com/", "https://kubeflow.example.com/"],
    ["kubeflow.example.com", ".other.example.com/", "https://kubeflow.example.com/"],
    ["kubeflow.example.com", "", "https://kubeflow.example.com/"],
  ];
  for (const [authority, path, location] of redirects) {
    it(`sends ${authority} and ${JSON.stringify(path)} to ${location} for good`, () => {
      assert.deepEqual(ask(authority, path), { headers: { ":status": "301", location }, body: "" });
    });
  }

  const strangers = [
    "other.example.com",
    "kubeflow.example.com.other.example.com",
    ".kubeflow.example.com",
    "-.kubeflow.example.com",
    "other..kubeflow.example.com",
    "notkubeflow.example.com",
    "user@other.kubeflow.example.com",
    "other.example.com/.kubeflow.example.com",
    "other.example.com#.kubeflow.example.com",
    "other.example.com?.kubeflow.example.com",
    "other.example.com\\.kubeflow.example.com",
    "other_.kubeflow.example.com",
    "other.kubeflow.example.com.",
    "kubeflow.example.com.",
    "user@kubeflow.example.com",
    "kubeflow.example.com:80:80",
    "kubeflow.example.com:",
    "kubeflow_example_com",
    "192.0.2.1",
    "[2001:db8::1]",
    "",
  ];
  for (const authority of strangers) {
    it(`has nothing for ${JSON.stringify(authority)}`, () => {
      assert.deepEqual(ask(authority, "/"), { headers: { ":status": "404" }, body: "" });
    });
  }

  it("answers a request without host and path", () => {
    assert.deepEqual(envoy.filter(filter, []).answer, { headers: { ":status": "404" }, body: "" });
  });

  it("never sends anybody to a host that is not in the list", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), fc.string({ unit: "binary-ascii" }), (authority, path) => {
        for (const host of [authority, "kubeflow.example.com", `kubeflow.example.com${authority}`]) {
          const { headers } = ask(host, path);
          const { location } = headers;
          assert(location === undefined || /^https:\/\/(echo\.)?kubeflow\.example\.com\//.test(location), location);
        }
      }),
    );
  });
});
