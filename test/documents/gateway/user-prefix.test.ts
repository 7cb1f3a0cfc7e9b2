import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaMap } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const issuer = "https://oidc.cluster.example.com";
const filter = luaFilter("user-prefix.lua", {
  userPrefixes: luaMap({ [issuer]: "cluster-b:" }),
  userClaims: luaMap({ [issuer]: "name" }),
});
const path: Header = [":path", "/"];

describe("the user of an issuer with a prefix", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const filtered = (claims: Record<string, unknown> | null | "broken", ...headers: Header[]) =>
    envoy.filter(filter, [path, ...headers], { claims });
  const usersIn = (headers: readonly Header[]) =>
    headers.filter(([name]) => name === "kubeflow-userid").map(([, value]) => value);

  it("has it", () => {
    const { headers, answer } = filtered({ iss: issuer, name: "system:serviceaccount:team-a:ci", sub: "other" });
    assert.deepEqual(usersIn(headers), ["cluster-b:system:serviceaccount:team-a:ci"]);
    assert.equal(answer, undefined);
  });

  it("is the token's, whatever came under that name", () => {
    const { headers } = filtered({ iss: issuer, name: "ci" }, ["kubeflow-userid", "admin"], ["kubeflow-userid", "b"]);
    assert.deepEqual(usersIn(headers), ["cluster-b:ci"]);
  });

  for (const name of [undefined, "", 7, true, ["ci"], { a: "ci" }, "ci\nkubeflow-groups: admins", "ci\0", "c\xef"]) {
    it(`lets nobody in as ${JSON.stringify(name) ?? "nobody"}`, () => {
      assert.equal(filtered({ iss: issuer, name }).answer?.headers[":status"], "403");
    });
  }

  it("begins with the prefix, whatever the token says", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { headers, answer } = filtered({ iss: issuer, name });
        assert.ok(answer !== undefined || usersIn(headers).every((user) => user.startsWith("cluster-b:")));
      }),
    );
  });

  for (const claims of [null, {}, { iss: "https://kubeflow.example.com/dex", name: "a", sub: "b" }]) {
    it(`is nobody of ${JSON.stringify(claims)}, whose request is left as it is`, () => {
      const { headers, answer } = filtered(claims, ["kubeflow-userid", "user@example.com"]);
      assert.deepEqual(headers, [path, ["kubeflow-userid", "user@example.com"]]);
      assert.equal(answer, undefined);
    });
  }

  it("is not asked about when the filter fails; the gate answers 500 and logs why", () => {
    const { answer, logged } = filtered("broken");
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged.join(), /user prefix/);
  });
});
