import { strict as assert } from "node:assert";
import { luaBeginsWithOneOf, luaFilter, luaSet, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const session = "__Secure-gatehouse";
const mark = "__Host-gatehouse-signed-in";
const gate = "kubeflow.example.com";
const names = luaFilter("session-names.lua", {
  sessionCookie: luaString(session),
  signInHosts: luaSet([gate]),
  pathSignsIn: luaBeginsWithOneOf("path", ["/oauth2/", "/dex/"]),
});
const here = names + luaFilter("signed-in-here.lua", { gateHost: luaString(gate) });
const as = names + luaFilter("signed-in-as.lua", {});

const begunWith = (ending: string) => `${mark}=begun-${ending}; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax`;
const taken = `${mark}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`;

interface Asked {
  cookies?: readonly string[];
  path?: string;
  authority?: string;
  headers?: readonly Header[];
}

const request = ({ cookies = [], path = "/", authority = gate, headers = [] }: Asked): Header[] => [
  [":method", "GET"],
  [":authority", authority],
  [":path", path],
  ...headers,
  ...cookies.map((cookie): Header => ["cookie", cookie]),
];
const valuesOf = (headers: readonly Header[], wanted: string) =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value);

let envoy: LuaEnvoy;
before(async () => (envoy = await LuaEnvoy.start()));

describe("a session at the gate's host", () => {
  const sent = (asked: Asked) => valuesOf(envoy.filter(here, request(asked)).headers, "cookie");
  const answered = (asked: Asked, setCookies: readonly string[] = []) => {
    const response: Header[] = [[":status", "200"], ...setCookies.map((cookie): Header => ["set-cookie", cookie])];
    return valuesOf(envoy.filter(here, request(asked), { response }).headers, "set-cookie");
  };
  const passedOn = (asked: Asked) => envoy.filter(here, request(asked)).metadata["gatehouse:signed_in_mark"];

  const unmarked: [cookies: string[], left: string[]][] = [
    [[`${session}=a`], []],
    [[`x="1 2"; ${session}=a; y=2`], [`x="1 2"; y=2`]],
    [[`${session}_0=a; ${session}_1=b`, "x=1"], ["x=1"]],
    [[`${session}=a; ${session}_csrf=c`], [`${session}_csrf=c`]],
    [[`${session}=\\`], []],
    // Other names, which other hosts can set: in small letters, longer, and none at all, as some browsers send that.
    [[`${session}=a; __host-gatehouse-signed-in=1; ${mark}x=1`], [`__host-gatehouse-signed-in=1; ${mark}x=1`]],
    [[`${session}=a; =${mark}=sub-a`], [`=${mark}=sub-a`]],
    [[`==${mark}=begun-a; ${session}=a`], [`==${mark}=begun-a`]],
    [[`${session}=a; ${mark}`], [mark]],
    [[`${session}=a; ${mark} =sub-a`], [`${mark} =sub-a`]],
    // A mark of another form, and one of another session.
    [[`${session}=a; ${mark}=`], [`${mark}=`]],
    [[`${session}=a; ${mark}=begun`], [`${mark}=begun`]],
    [[`${session}=a; ${mark}=begun-b`], [`${mark}=begun-b`]],
    [[`${session}=${"a".repeat(50)}; ${mark}=begun-${"a".repeat(50)}`], [`${mark}=begun-${"a".repeat(50)}`]],
    [[`${session}_0=aa; ${session}_1=b; ${mark}=begun-aa`], [`${mark}=begun-aa`]],
  ];
  for (const [cookies, left] of unmarked) {
    it(`is none where nobody signed in: ${cookies.join(" | ")}`, () => {
      for (const asked of [
        { cookies },
        { cookies, path: "/oauth2/userinfo" },
        { cookies, authority: `${gate.toUpperCase()}:443` },
        { cookies, authority: `${gate}.` },
      ]) {
        assert.deepEqual(sent(asked), left);
        assert.equal(passedOn(asked), undefined);
      }
    });
  }

  const signature = `${"x".repeat(43)}=`;
  const marked: [cookies: string[], mark: string][] = [
    [[`${session}=a; ${mark}=begun-a`], "begun-a"],
    [[`${session}=v|1|${signature}; ${mark}=begun-${signature}`], `begun-${signature}`],
    [[`${mark}=begun-aab`, `x=1; ${session}_1=b; ${session}_0=aa`], "begun-aab"],
    [[`${mark}=sub-a%2D`, `x=1; ${session}_0=a; ${session}_1=b`], "sub-a%2D"],
    [[` ${mark}=sub-a=b ;${session}=a`], "sub-a=b"],
  ];
  for (const [cookies, value] of marked) {
    it(`is what it is where somebody did, byte for byte, and the mark is looked at: ${cookies.join(" | ")}`, () => {
      assert.deepEqual(sent({ cookies }), cookies);
      assert.equal(passedOn({ cookies }), value);
    });
  }

  for (const token of ["Bearer a.b.c", "Basic eDp5", ""]) {
    it(`has nothing to say beside a token of the client's own: ${JSON.stringify(token)}`, () => {
      const headers: Header[] = [["authorization", token]];
      const asked = { cookies: [`x=1; ${session}=a; ${mark}=sub-a`], headers };
      assert.deepEqual([sent(asked), passedOn(asked)], [[`x=1; ${mark}=sub-a`], undefined]);
      const out = { cookies: [`${session}=a`], headers, path: "/oauth2/sign_out" };
      assert.deepEqual(sent(out), out.cookies);
    });
  }

  it("is let through to sign-out, which ends it, and at every other host", () => {
    const cookies = [`${session}=a; x=1`];
    assert.deepEqual(sent({ cookies, path: "/oauth2/sign_out?rd=/" }), cookies);
    assert.deepEqual(sent({ cookies, path: "/oauth2/sign_outs" }), ["x=1"]);
    for (const authority of [`echo.${gate}`, `${gate}.example.org`]) {
      assert.deepEqual(sent({ cookies, authority }), cookies);
      assert.equal(passedOn({ cookies: [...cookies, `${mark}=sub-a`], authority }), undefined);
    }
  });

  it("is marked by a sign-in's end that gives one, and by nothing else", () => {
    const callback = "/oauth2/callback?code=c&state=s";
    const gives = [`${session}=s; Path=/; Domain=${gate}; Secure`];
    assert.deepEqual(answered({ path: callback }, gives), [...gives, begunWith("s")]);
    const inParts = [`${session}_x_csrf=; Max-Age=0`, `${session}_0=s; Path=/`, `${session}_1=t; Path=/`];
    assert.deepEqual(answered({ path: callback }, inParts), [...inParts, begunWith("st")]);
    const signed = [`${session}=v|1|${signature}; Path=/`];
    assert.deepEqual(answered({ path: callback }, signed), [...signed, begunWith(signature)]);
    for (const others of [[], [`${session}=; Max-Age=0`], [`${session}_x_csrf=c; Path=/`], ["other=1"]]) {
      assert.deepEqual(answered({ path: callback }, others), others);
    }
    for (const asked of [
      { path: "/oauth2/start" },
      { path: "/oauth2/callbacks" },
      { path: "/" },
      { path: callback, authority: `echo.${gate}` },
    ]) {
      assert.deepEqual(answered(asked, gives), gives);
    }
  });

  it("loses its mark at sign-out alone", () => {
    assert.deepEqual(answered({ cookies: [`${session}=a; ${mark}=sub-a`], path: "/oauth2/sign_out" }), [taken]);
    assert.deepEqual(answered({ path: "/oauth2/sign_out?rd=/" }), [taken]);
    const away = [`${session}=; Max-Age=0`];
    assert.deepEqual(answered({ cookies: [`${session}=a; ${mark}=sub-a`] }, away), away);
  });

  it("is refused with 500 where the filter fails, and says so in the log", () => {
    const broken = here.replace("local kept, values, mark = looked_at(headers)", "local kept = nil + 1");
    assert.notEqual(broken, here);
    const { answer, logged } = envoy.filter(broken, request({}));
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged[0] ?? "", /^signed in here: /);
  });
});

describe("a session whose mark is known", () => {
  /** Both filters, with the check of the session between them, which finds these claims. */
  const both = [
    here,
    "local request_here, answer_here = envoy_on_request, envoy_on_response",
    as,
    "local request_as, answer_as = envoy_on_request, envoy_on_response",
    "function envoy_on_request(handle) request_here(handle); request_as(handle) end",
    "function envoy_on_response(handle) answer_as(handle); answer_here(handle) end",
  ].join("\n");
  const claims = { iss: "https://kubeflow.example.com/dex", sub: "Cg0w-X" };
  const of = (value: string) => ({ cookies: [`${session}=a; ${mark}=${value}`] });
  const given = (asked: Asked, who: Record<string, unknown> | null = claims) =>
    valuesOf(envoy.filter(both, request(asked), { claims: who, response: [[":status", "200"]] }).headers, "set-cookie");
  const refused = (asked: Asked, who: Record<string, unknown> | null = claims) =>
    envoy.filter(both, request(asked), { claims: who }).answer;
  const longest = "; Path=/; Max-Age=34560000; Secure; HttpOnly; SameSite=Lax";

  it("is somebody's from the first request on, who is named so that any subject is a cookie's value", () => {
    assert.deepEqual(given(of("begun-a")), [`${mark}=sub-Cg0w%2DX${longest}`]);
    assert.deepEqual(given({ ...of("begun-a"), path: "/gatehouse/return/echo/" }), [`${mark}=sub-Cg0w%2DX${longest}`]);
    assert.deepEqual(given(of("begun-a"), { ...claims, sub: 'a; b="\xfc"' }), [
      `${mark}=sub-a%3B%20b%3D%22%FC%22${longest}`,
    ]);
    assert.deepEqual(given(of("begun-a"), { ...claims, sub: "a".repeat(1000) }), [
      `${mark}=sub-${"a".repeat(1000)}${longest}`,
    ]);
  });

  it("goes on as the same person's, and nothing is said of it", () => {
    assert.equal(refused(of("sub-Cg0w%2DX")), undefined);
    assert.deepEqual(given(of("sub-Cg0w%2DX")), []);
  });

  for (const [what, value, who] of [
    ["another subject's", "sub-Cg0w%2DY", claims],
    ["a subject's beginning", "sub-Cg0w", claims],
    ["one spelled otherwise", "sub-Cg0w-X", claims],
    ["one that is to name a token without a subject", "begun-a", { iss: claims.iss }],
    ["one that is to name an empty subject", "begun-a", { ...claims, sub: "" }],
    ["one that is to name a number", "begun-a", { ...claims, sub: 7 }],
    ["one that is to name what no cookie can hold", "begun-a", { ...claims, sub: "a".repeat(1001) }],
  ] as const) {
    it(`is refused and forgotten with ${what}`, () => {
      const answer = refused(of(value), who);
      assert.equal(answer?.headers[":status"], "403");
      assert.equal(answer.headers["clear-site-data"], '"cookies"');
      assert.equal(answer.headers["set-cookie"], taken);
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.match(answer.body, /sign in/);
    });
  }

  it("is left alone where nobody verified a token, at other hosts and where a client shows a token of its own", () => {
    assert.equal(refused(of("sub-other"), null), undefined);
    assert.equal(refused({ ...of("sub-other"), authority: `echo.${gate}` }), undefined);
    assert.equal(refused({ ...of("sub-other"), headers: [["authorization", "Bearer a.b.c"]] }), undefined);
    assert.equal(refused({ cookies: [`${mark}=sub-other`] }), undefined);
  });

  it("is refused with 500 where the filter fails, and says so in the log", () => {
    const { answer, logged } = envoy.filter(as, request(of("begun-a")), { claims: "broken" });
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged[0] ?? "", /^signed in as: /);
  });
});
