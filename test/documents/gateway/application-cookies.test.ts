import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaBeginsWithOneOf, luaFilter, luaSet, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const session = "__Secure-gatehouse";
const gate = "kubeflow.example.com";
const filter =
  luaFilter("session-names.lua", {
    sessionCookie: luaString(session),
    signInHosts: luaSet(["kubeflow.example.com", "auth.kubeflow-notebooks.example.com"]),
    pathSignsIn: luaBeginsWithOneOf("path", ["/oauth2/", "/dex/"]),
  }) + luaFilter("application-cookies.lua", {});

describe("a cookie that an application sets", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const answered = (cookies: readonly string[], path = "/notebook/a/b/", authority = gate) => {
    const request: Header[] = [
      [":authority", authority],
      [":path", path],
    ];
    const response: Header[] = [
      [":status", "200"],
      ...cookies.map((cookie): Header => ["set-cookie", cookie]),
      ["x", "y"],
    ];
    const { headers } = envoy.filter(filter, request, { response });
    return headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);
  };

  for (const cookie of [
    `${session}=x; Path=/; Secure`,
    `${session}=x`,
    `${session}`,
    ` ${session} =x; Domain=${gate}`,
    `${session}_0=x; Path=/`,
    `${session}_csrf=x`,
    `${session}_0a1b_csrf=; Max-Age=0`,
    `__Host-${session}_0a1b_csrf=x; Path=/; Secure`,
    "__Host-gatehouse-signed-in=1; Path=/; Secure",
    // A cookie without a name, which a browser sends back as "name=value".
    `=${session}=x; Path=/`,
    ` = ${session} =x`,
  ]) {
    it(`does not come through under a name of the session's: ${cookie}`, () => {
      assert.deepEqual(answered([cookie, "own=1"]), ["own=1"]);
    });
  }

  const asItCame = [
    "own=1",
    "own=1; Path=/notebook/a/b/; Secure; HttpOnly; SameSite=Lax; Expires=Thu, 01 Jan 2030 00:00:00 GMT",
    '_xsrf="2|a|b"; Path=/;  Max-Age=1',
    "domain=1; Path=/",
    `${session}x=1`,
    `x${session}=1`,
    `${session.toLowerCase()}=1`,
    "a; Path=/",
    "=b",
  ];
  it("comes through byte for byte otherwise, in its order", () => {
    assert.deepEqual(answered(asItCame), asItCame);
  });

  for (const [cookie, left] of [
    [`own=1; Domain=${gate}; Path=/`, "own=1; Path=/"],
    ["own=1; Path=/; domain=.example.com", "own=1; Path=/"],
    ["own=1;DOMAIN=a;Domain=b;Secure", "own=1;Secure"],
    ["own=1; Domain; Path=/", "own=1; Path=/"],
    ["own=1; Domain =a ; Path=/", "own=1; Path=/"],
  ] as const) {
    it(`stays with the host that set it: ${cookie}`, () => {
      assert.deepEqual(answered([cookie]), [left]);
    });
  }

  it("is the session's own on sign-in's paths, on the gate's host alone", () => {
    const own = [`${session}=x; Path=/; Domain=${gate}; HttpOnly; Secure`];
    assert.deepEqual(answered(own, "/oauth2/callback?code=x"), own);
    assert.deepEqual(answered(own, "/dex/auth", `${gate}:443`), own);
    assert.deepEqual(answered(own, "/dex/auth", `${gate}:`), own);
    assert.deepEqual(answered(own, "/oauth2/callback", `echo.${gate}`), []);
    assert.deepEqual(answered(own, "/x/oauth2/callback"), []);
  });

  it("never has a domain, however it is written", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary-ascii" })), (parts) => {
        const cookie = ["a=b", ...parts, `DoMaIn=.example.com`].join(";");
        for (const left of answered([cookie])) {
          const names = left
            .split(";")
            .slice(1)
            .map((part) => part.split("=")[0]?.trim().toLowerCase());
          assert.ok(!names.includes("domain"), left);
        }
      }),
    );
  });

  const forgotten: [said: string[], comesThrough: string[]][] = [
    [['"cookies"'], []],
    [['"*"'], []],
    [['"cache","cookies", "storage"'], ['"cache", "storage"']],
    [['"cache"', '"cookies"'], ['"cache"']],
    [['"storage"'], ['"storage"']],
    [[], []],
  ];
  for (const [said, comesThrough] of forgotten) {
    it(`is forgotten by no application's word, which would be for other hosts, too: ${said.join(" and ")}`, () => {
      const response: Header[] = [[":status", "200"], ...said.map((value): Header => ["clear-site-data", value])];
      const answerAt = (path: string) =>
        envoy
          .filter(
            filter,
            [
              [":authority", gate],
              [":path", path],
            ],
            { response },
          )
          .headers.filter(([name]) => name === "clear-site-data")
          .map(([, value]) => value);
      assert.deepEqual(answerAt("/notebook/a/b/"), comesThrough);
      assert.deepEqual(answerAt("/oauth2/sign_out"), said);
    });
  }

  it("goes where the filter fails, which says so in the log", () => {
    const broken = filter.replace("local kept = {}\n  for index", "local nothing = nil + 1\n  for index");
    assert.notEqual(broken, filter);
    const request: Header[] = [
      [":authority", gate],
      [":path", "/"],
    ];
    const { headers, logged } = envoy.filter(broken, request, {
      response: [
        ["set-cookie", "own=1"],
        ["clear-site-data", '"cookies"'],
      ],
    });
    assert.deepEqual(headers, []);
    assert.match(logged[0] ?? "", /^application cookies: /);
  });
});
