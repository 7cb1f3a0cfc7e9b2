import { strict as assert } from "node:assert";
import { luaFilter, luaString } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const domain = "kubeflow-notebooks.example.com";
const filter = luaFilter("service-workers.lua", {
  domain: luaString(`.${domain}`),
  signInHost: luaString(`auth.${domain}`),
});

describe("Service-Worker-Allowed", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const arrives = (authority: string) =>
    envoy
      .filter(filter, [[":authority", authority]], {
        response: [
          [":status", "200"],
          ["service-worker-allowed", "/"],
          ["etag", "x"],
        ],
      })
      .headers.map(([name]) => name);

  for (const host of [`team-a--lab.${domain}`, `TEAM-A--runs--tensorboard.${domain}:443`]) {
    it(`stays at a notebook's own host: ${host}`, () => {
      assert.deepEqual(arrives(host), [":status", "service-worker-allowed", "etag"]);
    });
  }

  for (const host of [
    "kubeflow.example.com",
    "echo.kubeflow.example.com",
    `auth.${domain}`,
    `AUTH.${domain}:443`,
    domain,
    `x${domain}`,
    `team-a--lab.${domain}.example.org`,
    "",
  ]) {
    it(`goes everywhere else: ${host === "" ? "no host" : host}`, () => {
      assert.deepEqual(arrives(host), [":status", "etag"]);
    });
  }
});
