import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaBeginsWithOneOf, luaFilter, luaSet, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const session = "__Secure-gatehouse";
const csrf = `${session}_0aB-_9_csrf`;
const gate = "kubeflow.example.com";
const notebooksGate = "auth.kubeflow-notebooks.example.com";
const filter =
  luaFilter("session-names.lua", {
    sessionCookie: luaString(session),
    signInHosts: luaSet([gate, notebooksGate]),
    pathSignsIn: luaBeginsWithOneOf("path", ["/oauth2/", "/dex/"]),
  }) + luaFilter("begun-sign-ins.lua", {});

describe("a sign-in that was begun", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const request = (cookies: readonly string[], path: string, authority: string): Header[] => [
    [":authority", authority],
    [":path", path],
    ...cookies.map((cookie): Header => ["cookie", cookie]),
  ];
  const sent = (cookies: readonly string[], path = "/oauth2/callback?code=c", authority = gate) =>
    envoy
      .filter(filter, request(cookies, path, authority))
      .headers.filter(([name]) => name === "cookie")
      .map(([, value]) => value);
  const answered = (cookies: readonly string[], path = "/oauth2/start", authority = gate) =>
    envoy
      .filter(filter, request([], path, authority), {
        response: [[":status", "302"], ...cookies.map((cookie): Header => ["set-cookie", cookie])],
      })
      .headers.filter(([name]) => name === "set-cookie")
      .map(([, value]) => value);

  const given: [from: string, to: string][] = [
    [
      `${csrf}=v|1|s; Path=/; Domain=${gate}; Max-Age=900; HttpOnly; Secure; SameSite=Lax`,
      `__Host-${csrf}=v|1|s; Max-Age=900; HttpOnly; SameSite=Lax; Path=/; Secure`,
    ],
    [`${session}_csrf=v;domain=.${gate};path=/x;secure`, `__Host-${session}_csrf=v; Path=/; Secure`],
    // One that is over.
    [`${csrf}=; Path=/; Domain=${gate}; Max-Age=0; Secure`, `__Host-${csrf}=; Max-Age=0; Path=/; Secure`],
  ];
  for (const [from, to] of given) {
    it(`is a cookie of the sign-in's host alone: ${from}`, () => {
      for (const host of [gate, notebooksGate, `${gate}:443`]) {
        assert.deepEqual(answered([from, "x=1; Domain=a"], "/oauth2/start", host), [to, "x=1; Domain=a"]);
      }
    });
  }

  it("leaves every other cookie of the answer, and those of other places, as they are", () => {
    const session1 = `${session}=s; Path=/; Domain=${gate}; Secure`;
    assert.deepEqual(answered([session1, `${session}_0=s; Domain=${gate}`]), [
      session1,
      `${session}_0=s; Domain=${gate}`,
    ]);
    assert.deepEqual(answered([]), []);
    assert.deepEqual(answered([`${csrf}=v; Domain=${gate}`], "/"), [`${csrf}=v; Domain=${gate}`]);
    assert.deepEqual(answered([`${csrf}=v; Domain=${gate}`], "/oauth2/start", `echo.${gate}`), [
      `${csrf}=v; Domain=${gate}`,
    ]);
  });

  const back: [cookies: string[], left: string[]][] = [
    [[`__Host-${csrf}=v|1|s=`], [`${csrf}=v|1|s=`]],
    [[`x="1 2"; __Host-${csrf}=v; ${session}=s`], [`x="1 2"; ${csrf}=v; ${session}=s`]],
    // What another host can write is none, before the own or behind it.
    [[`${csrf}=a; __Host-${csrf}=v`], [`${csrf}=v`]],
    [[`__Host-${csrf}=v; ${csrf}=a; ${session}_csrf=b`], [`${csrf}=v`]],
    [[`${csrf}=a`], []],
    [[` ${csrf} =a; x`], ["x"]],
    [[`${csrf}=a`, "x=1"], ["x=1"]],
    // Browsers send a cookie without a name as its value.
    [[`=${csrf}=a; x`], ["x"]],
    [[`__host-${csrf}=a; x`], [`__host-${csrf}=a; x`]],
    // Nor is it one without a name that looks like the own, as some browsers send it.
    [[`=__Host-${csrf}=a; x`], ["x"]],
    [[`==__Host-${csrf}=a; __Host-${csrf}=v`], [`${csrf}=v`]],
    [[`__Host-${csrf} =a; x`], ["x"]],
  ];
  for (const [cookies, left] of back) {
    it(`comes back from its own host: ${cookies.join(" | ")}`, () => {
      assert.deepEqual(sent(cookies), left);
      assert.deepEqual(sent(cookies, "/oauth2/start", `${notebooksGate}:443`), left);
      assert.deepEqual(sent(cookies, "/"), cookies);
      assert.deepEqual(sent(cookies, "/oauth2/start", `echo.${gate}`), cookies);
    });
  }

  it("loses no other cookie, and none of the bytes of one", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
        const others = pairs.map(([key, text]) => `${key}=${text}`);
        assert.deepEqual(sent([[`__Host-${csrf}=a`, ...others, `${csrf}=b`].join("; ")]), [
          [`${csrf}=a`, ...others].join("; "),
        ]);
      }),
    );
  });

  it("is refused with 500 where the filter fails, and says so in the log", () => {
    const broken = filter.replace("local kept, changed = {}, false", "local kept = nil + 1");
    assert.notEqual(broken, filter);
    const { answer, logged } = envoy.filter(broken, request([], "/oauth2/start", gate));
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged[0] ?? "", /^begun sign-ins: /);
  });

  it("sets no cookie where the filter fails on the way back", () => {
    const broken = filter.replace("local cookies = {}", "local cookies = nil + 1");
    assert.notEqual(broken, filter);
    const { headers, logged } = envoy.filter(broken, request([], "/oauth2/start", gate), {
      response: [
        [":status", "302"],
        ["set-cookie", `${csrf}=v`],
      ],
    });
    assert.deepEqual(headers, [[":status", "302"]]);
    assert.match(logged[0] ?? "", /^begun sign-ins: /);
  });
});
