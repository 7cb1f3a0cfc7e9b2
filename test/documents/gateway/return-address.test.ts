import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaSet, luaString } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const filter = luaFilter("return-address.lua", {
  hosts: luaSet(["kubeflow.example.com", "echo.kubeflow.example.com"]),
  below: luaString(".kubeflow-notebooks.example.com"),
  notebooksWayBack: luaString("https://auth.kubeflow-notebooks.example.com/gatehouse/return"),
  wayBack: luaString("https://kubeflow.example.com/gatehouse/return/"),
});

describe("sign-in leads back", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const addressOf = (authority: string, path: string) => {
    const { metadata, answer } = envoy.filter(filter, [
      [":authority", authority],
      [":path", path],
    ]);
    assert.equal(answer, undefined);
    return metadata["gatehouse:return_address"];
  };

  const cases: [authority: string, path: string, address: string][] = [
    ["kubeflow.example.com", "/a?b=c", "https://kubeflow.example.com/a?b=c"],
    ["kubeflow.example.com:8443", "/", "https://kubeflow.example.com:8443/"],
    ["echo.kubeflow.example.com", "/x", "https://echo.kubeflow.example.com/x"],
    [
      "grafana.kubeflow.example.com",
      "/d/1?from=now",
      "https://kubeflow.example.com/gatehouse/return/grafana.kubeflow.example.com/d/1?from=now",
    ],
    [
      "Grafana.Kubeflow.Example.com:443",
      "/",
      "https://kubeflow.example.com/gatehouse/return/grafana.kubeflow.example.com/",
    ],
    [
      "team-a--lab.kubeflow-notebooks.example.com",
      "/notebook/team-a/lab/tree?x=1",
      "https://auth.kubeflow-notebooks.example.com/gatehouse/return/notebook/team-a/lab/tree?x=1",
    ],
    [
      "kubeflow-notebooks.example.com",
      "/",
      "https://kubeflow.example.com/gatehouse/return/kubeflow-notebooks.example.com/",
    ],
    ["a/../b", "/", "https://kubeflow.example.com/gatehouse/return/a_.._b/"],
    ["", "/", "https://kubeflow.example.com/gatehouse/return//"],
  ];
  for (const [authority, path, address] of cases) {
    it(`from ${JSON.stringify(`${authority}${path}`)} to ${address}`, () => {
      assert.equal(addressOf(authority, path), address);
    });
  }

  it("to the gate's own way back for every host that is not in the list", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 60 }), (authority) => {
        const address = addressOf(authority, "/x") ?? "";
        assert(
          ["kubeflow.example.com", "echo.kubeflow.example.com"].includes(
            authority.toLowerCase().replace(/:\d+$/, ""),
          ) || /^https:\/\/kubeflow\.example\.com\/gatehouse\/return\/[a-z0-9._-]*\/x$/.test(address),
          address,
        );
      }),
    );
  });
});
