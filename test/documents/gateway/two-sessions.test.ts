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
  }) + luaFilter("two-sessions.lua", {});

describe("a browser with two sessions", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const request = (cookies: readonly string[], path: string, authority: string): Header[] => [
    [":authority", authority],
    [":path", path],
    ...cookies.map((cookie): Header => ["cookie", cookie]),
  ];
  const sent = (cookies: readonly string[], path = "/", authority = gate) =>
    envoy
      .filter(filter, request(cookies, path, authority))
      .headers.filter(([name]) => name === "cookie")
      .map(([, value]) => value);
  const forgets = (cookies: readonly string[], path = "/", authority = gate) =>
    envoy
      .filter(filter, request(cookies, path, authority), { response: [[":status", "403"]] })
      .headers.some(([name, value]) => name === "clear-site-data" && value === '"cookies"');

  const two: [cookies: string[], left: string[]][] = [
    [[`${session}=a; ${session}=b`], []],
    [[`${session}=a`, `${session}=b`], []],
    [[`x=1; ${session}=a; y="2"; ${session}=b`], [`x=1; y="2"`]],
    [[`${session}_0=a; ${session}_1=b; ${session}_0=c`], []],
    [[`${session}=a;  ${session}=b ; x`], ["x"]],
    [[`${session}=a;${session}=;${session}_csrf=c`], [`${session}_csrf=c`]],
    [[`${session}=a; ${session}=b; ${session}=b`], []],
    [[`x=1;${session}=a;${session}=b`], ["x=1"]],
    // One whole and one in parts: oauth2-proxy takes the whole one, whosever it is.
    [[`${session}_0=a; ${session}_1=b; ${session}=c`], []],
    [[`${session}=c; x=1; ${session}_0=a`], ["x=1"]],
    // A part more, one of another session, one that is missing, and a number that is written twice.
    [[`${session}_0=aa; ${session}_1=b; ${session}_2=c`], []],
    [[`${session}_0=aa; ${session}_1=bbb`], []],
    [[`${session}_0=aa; ${session}_2=bb; x`], ["x"]],
    [[`${session}_1=aa`], []],
    [[`${session}_0=aa; ${session}_00=b`], []],
    // oauth2-proxy reads these names without their blanks, and takes the first.
    [[`${session} =a; ${session}=b`], []],
    [[`${session}\t=a; ${session}=b; x`], ["x"]],
    [[`${session}; ${session}=b`], []],
  ];
  for (const [cookies, left] of two) {
    it(`has none, and is told to forget them: ${cookies.join(" | ")}`, () => {
      assert.deepEqual(sent(cookies), left);
      assert.ok(forgets(cookies));
    });
  }

  const one = [
    [`${session}=a`],
    [`x=1; ${session}=a; x=2; x=1`],
    [`${session}=a; ${session}=a`],
    [`${session}_0=a; ${session}_1=b`],
    [`${session}_1=bb; ${session}_0=aa; ${session}_2=c`],
    [`${session}_0=a`],
    [`${session}_0=aa; ${session}_0=aa; ${session}_1=b`],
    // The longer name of the eleventh leaves its value a byte less.
    [[...Array(10).keys()].map((part) => `${session}_${part}=aaa`).join("; ") + `; ${session}_10=bb; ${session}_11=c`],
    [`${session}_csrf=a; ${session}_csrf=b`],
    [`${session}_0a_csrf=a; ${session}_0b_csrf=b; ${session}=c`],
    [`x${session}=a; ${session}x=b; ${session}=c`],
    ["x=1", "x=2"],
    [],
  ];
  for (const cookies of one) {
    it(`is what it is with one, byte for byte: ${cookies.join(" | ")}`, () => {
      assert.deepEqual(sent(cookies), cookies);
      assert.ok(!forgets(cookies));
    });
  }

  it("forgets nothing while a sign-in is under way, and everything where it signs out", () => {
    const cookies = [`${session}=a; ${session}=b`];
    for (const path of ["/oauth2/start?rd=/", "/oauth2/callback?code=x", "/dex/auth"]) {
      assert.deepEqual(sent(cookies, path), []);
      assert.ok(!forgets(cookies, path), path);
    }
    assert.ok(!forgets(cookies, "/oauth2/callback?code=x", `${gate}:`));
    assert.ok(forgets(cookies, "/oauth2/sign_out?x"));
    assert.ok(forgets(cookies, "/oauth2/start", `echo.${gate}`));
  });

  describe("that gets a new one", () => {
    const attributes = `; Path=/; Domain=${gate}; Expires=Mon, 30 Nov 2026 00:00:00 GMT; Max-Age=43200; HttpOnly; Secure; SameSite=Lax`;
    const ended = `; Path=/; Domain=${gate}; HttpOnly; Secure; SameSite=Lax; Max-Age=0`;
    const given = (cookies: readonly string[], setCookies: readonly string[], path = "/") =>
      envoy
        .filter(filter, request(cookies, path, gate), {
          response: [[":status", "200"], ...setCookies.map((cookie): Header => ["set-cookie", cookie])],
        })
        .headers.filter(([name]) => name === "set-cookie")
        .map(([, value]) => value);

    const cases: [what: string, had: string, gets: string[], ends: string[]][] = [
      ["three parts, then two", `${session}_0=aa; ${session}_1=aa; ${session}_2=a`, ["_0=bb", "_1=b"], ["_2"]],
      ["two parts, then a whole one", `x=1; ${session}_0=aa; ${session}_1=a`, ["=b"], ["_0", "_1"]],
      ["a whole one, then two parts", `${session}=a`, ["_0=bb", "_1=b"], [""]],
      ["two parts, then three", `${session}_0=aa; ${session}_1=a`, ["_0=bb", "_1=bb", "_2=b"], []],
      ["a whole one, then another", `${session}=a; ${session}_0a_csrf=c`, ["=b"], []],
      ["two that are none, then one", `${session}=a; ${session}_0=b`, ["=c"], ["_0"]],
      ["none, then one", "x=1", ["=a"], []],
    ];
    for (const [what, had, gets, ends] of cases) {
      it(`keeps nothing of the old: ${what}`, () => {
        const cookies = [...gets.map((pair) => `${session}${pair}${attributes}`), "other=1"];
        const others = ends.map((name) => `${session}${name}=${ended}`);
        assert.deepEqual(given([had], cookies), [...cookies, ...others]);
        assert.deepEqual(given([had], cookies, "/oauth2/callback?code=c"), [...cookies, ...others]);
      });
    }

    it("keeps the old where the answer gives none", () => {
      const had = [`${session}_0=aa; ${session}_1=a`];
      for (const cookies of [[], ["other=1"], [`${session}_0=${ended}`], [`${session}_x_csrf=1${attributes}`]]) {
        assert.deepEqual(given(had, cookies), cookies);
      }
    });
  });

  it("loses no other cookie, and none of the bytes of one", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
        const others = pairs.map(([key, text]) => `${key}=${text}`);
        const mixed = [`${session}=a`, ...others, `${session}=b`].join("; ");
        assert.deepEqual(sent([mixed]), others.length === 0 ? [] : [others.join("; ")]);
      }),
    );
  });

  it("is refused with 500 where the filter fails, and says so in the log", () => {
    const broken = filter.replace("local cookie = cookies_of(headers)", "local cookie = nil + 1");
    assert.notEqual(broken, filter);
    const { answer, logged } = envoy.filter(broken, request([], "/", gate));
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged[0] ?? "", /^two sessions: /);
  });
});
