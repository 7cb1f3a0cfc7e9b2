import { strict as assert } from "node:assert";
import { luaFilter, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const gate = "kubeflow.example.com";
const signOut = "https://auth.kubeflow-notebooks.example.com/oauth2/sign_out";
const filter = luaFilter("notebook-sign-out.lua", { gateHost: luaString(gate), signOut: luaString(signOut) });
const page: Header[] = [
  ["sec-fetch-mode", "navigate"],
  ["sec-fetch-dest", "document"],
];
const mark: Header = ["cookie", "a=b; __Host-gatehouse-signed-out=1; c=d"];

describe("the notebooks' session after a sign-out at the gate", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const request = (more: readonly Header[], path = "/", authority = gate, method = "GET"): Header[] => [
    [":authority", authority],
    [":path", path],
    [":method", method],
    ...more,
  ];
  const cookiesSet = (headers: readonly Header[], status = "302") =>
    envoy
      .filter(filter, headers, {
        response: [
          [":status", status],
          ["set-cookie", "x=y"],
        ],
      })
      .headers.filter(([name]) => name === "set-cookie")
      .map(([, value]) => value);

  for (const path of ["/oauth2/sign_out", "/oauth2/sign_out?rd=x", "/oauth2/%73ign_out"]) {
    it(`is marked by every sign-out, a script's as well: ${path}`, () => {
      assert.deepEqual(cookiesSet(request([], path, gate, "POST")), [
        "x=y",
        "__Host-gatehouse-signed-out=1; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax",
      ]);
    });
  }

  it("is marked by nothing else", () => {
    assert.deepEqual(cookiesSet(request([], "/oauth2/start")), ["x=y"]);
    assert.deepEqual(cookiesSet(request([], "/oauth2/sign_out", "echo.kubeflow.example.com")), ["x=y"]);
  });

  for (const status of ["403", "421", "500"]) {
    it(`is marked by no sign-out that did not come through, as another origin's call: ${status}`, () => {
      assert.deepEqual(cookiesSet(request([], "/oauth2/sign_out"), status), ["x=y"]);
    });
  }

  it("ends on the way to the next page, once", () => {
    const { answer } = envoy.filter(filter, request([...page, mark]));
    assert.equal(answer?.headers[":status"], "302");
    assert.equal(answer.headers["location"], signOut);
    assert.match(answer.headers["set-cookie"] ?? "", /^__Host-gatehouse-signed-out=; Path=\/; Max-Age=0; Secure;/);
  });

  const others: [what: string, headers: Header[]][] = [
    ["a script's call", request([["sec-fetch-mode", "cors"], mark])],
    ["a frame", request([["sec-fetch-mode", "navigate"], ["sec-fetch-dest", "iframe"], mark])],
    ["a form that posts", request([...page, mark], "/", gate, "POST")],
    ["another host", request([...page, mark], "/", "echo.kubeflow.example.com")],
    ["a page without the mark", request([...page, ["cookie", "x__Host-gatehouse-signed-out=1"]])],
    [
      "another cookie",
      request([...page, ["cookie", "__Host-gatehouse-signed-outs=1; a=__Host-gatehouse-signed-out=1"]]),
    ],
  ];
  for (const [what, headers] of others) {
    it(`stays for ${what}`, () => {
      assert.equal(envoy.filter(filter, headers).answer, undefined);
    });
  }

  it("takes no time for a long cookie", () => {
    const start = performance.now();
    for (const text of [" ".repeat(50_000), ";".repeat(50_000), "__Host-gatehouse".repeat(3000)]) {
      envoy.filter(filter, request([...page, ["cookie", text]]));
    }
    const took = Math.round(performance.now() - start);
    assert.ok(took < 1000, `${took} ms`);
  });
});
