import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaBeginsWithOneOf, luaFilter, luaMap, luaSet, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const session = "__Secure-gatehouse";
const issuer = "https://kubeflow.example.com/dex";
const cluster = "https://oidc.cluster.example.com";

const filter =
  luaFilter("session-names.lua", {
    sessionCookie: luaString(session),
    signInHosts: luaSet(["kubeflow.example.com", "auth.kubeflow-notebooks.example.com"]),
    pathSignsIn: luaBeginsWithOneOf("path", ["/oauth2/", "/dex/"]),
  }) +
  luaFilter("identity-headers.lua", {
    signedOut: luaMap({
      "auth.kubeflow-notebooks.example.com": "/oauth2/sign_out?rd=https%3A%2F%2Fkubeflow.example.com%2F",
    }),
    groupsClaims: luaMap({ [issuer]: "groups", [cluster]: "https://example.com/roles" }),
  });

const request = (...headers: Header[]): Header[] => [
  [":authority", "kubeflow.example.com"],
  [":path", "/"],
  [":method", "GET"],
  ...headers,
];

describe("the headers that an application sees", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const values = (headers: readonly Header[], name: string) =>
    headers.filter(([other]) => other === name).map(([, value]) => value);

  /** The value of kubeflow-groups for a token with this claim. */
  const groupsOf = (groups: unknown, headers: Header[] = []) =>
    values(envoy.filter(filter, request(...headers), { claims: { iss: issuer, groups } }).headers, "kubeflow-groups");

  describe("of groups", () => {
    const cases: [what: string, claim: unknown, header: string[]][] = [
      ["two groups", ["ml-engineers", "everyone"], ["ml-engineers,everyone"]],
      ["one group", ["ml-engineers"], ["ml-engineers"]],
      ["a text instead of a list", "ml-engineers", ["ml-engineers"]],
      ["a group with blanks inside", ["ML engineers"], ["ML engineers"]],
      [
        "a group with every plain character",
        ["!\"#$%&'()*+-./:;<=>?@[\\]^_`{|}~"],
        ["!\"#$%&'()*+-./:;<=>?@[\\]^_`{|}~"],
      ],
      ["a group of 256 characters", ["g".repeat(256)], ["g".repeat(256)]],
      ["no groups", [], []],
      ["no such claim", undefined, []],
      ["a number", 7, []],
      ["true", true, []],
      ["a mapping", { admin: "ml-engineers" }, []],
      ["an empty text", "", []],
    ];
    for (const [what, claim, header] of cases) {
      it(`are ${header.length === 0 ? "absent" : "in one header"} for ${what}`, () => {
        assert.deepEqual(groupsOf(claim), header);
      });
    }

    const refused = [
      "a,b",
      ",",
      "a\n",
      "a\r\nb",
      "a\0",
      "a\tb",
      "a\x7f",
      "gr\xfcn",
      " a",
      "a ",
      " ",
      "",
      "g".repeat(257),
    ];
    for (const group of refused) {
      it(`leave out ${JSON.stringify(group.length > 20 ? `${group.length} characters` : group)}`, () => {
        assert.deepEqual(groupsOf(["before", group, "after"]), ["before,after"]);
      });
    }

    it("leave out what is no text in a list", () => {
      assert.deepEqual(groupsOf(["a", 1, true, ["nested"], { group: "x" }, "b"]), ["a,b"]);
    });

    it("are all there when they are 500", () => {
      const groups = Array.from({ length: 500 }, (_, index) => `group-${index}`);
      assert.deepEqual(groupsOf(groups), [groups.join(",")]);
    });

    it("are those of the token and not what came under their name", () => {
      assert.deepEqual(groupsOf(["own"], [["kubeflow-groups", "admins"]]), ["own"]);
      assert.deepEqual(groupsOf([], [["kubeflow-groups", "admins"]]), []);
      assert.deepEqual(
        groupsOf(undefined, [
          ["kubeflow-groups", "a"],
          ["kubeflow-groups", "b"],
        ]),
        [],
      );
    });

    it("come from the claim of the token's issuer", () => {
      const claims = { iss: cluster, groups: ["wrong"], "https://example.com/roles": ["right"] };
      assert.deepEqual(values(envoy.filter(filter, request(), { claims }).headers, "kubeflow-groups"), ["right"]);
    });

    it("are absent for an issuer that is not configured, and without a token", () => {
      for (const claims of [{ iss: "https://other.example.com", groups: ["a"] }, { groups: ["a"] }, null]) {
        const { headers } = envoy.filter(filter, request(["kubeflow-groups", "admins"]), { claims });
        assert.deepEqual(values(headers, "kubeflow-groups"), []);
      }
    });

    it("are names that nobody could split in another way, whatever the token says", () => {
      fc.assert(
        fc.property(fc.array(fc.string({ unit: "binary-ascii" })), (groups) => {
          const plain = groups.filter(
            (group) => /^[!-+\--~](?:[ !-+\--~]*[!-+\--~])?$/.test(group) && group.length <= 256,
          );
          assert.deepEqual(groupsOf(groups), plain.length === 0 ? [] : [plain.join(",")]);
        }),
      );
    });
  });

  describe("of cookies", () => {
    const cookiesAfter = (...cookies: string[]) =>
      values(envoy.filter(filter, request(...cookies.map((cookie): Header => ["cookie", cookie]))).headers, "cookie");

    const cases: [what: string, before: string, after: string[]][] = [
      ["the session's cookie", `${session}=secret`, []],
      ["the session's cookie between others", `a=1; ${session}=secret; b=2`, ["a=1; b=2"]],
      ["the session's cookie before others", `${session}=secret; a=1`, ["a=1"]],
      ["the session's cookie after others", `a=1; ${session}=secret`, ["a=1"]],
      ["its split parts", `${session}_0=x; a=1; ${session}_1=y; ${session}_12=z`, ["a=1"]],
      ["its CSRF cookie", `${session}_csrf=x; a=1`, ["a=1"]],
      ["its CSRF cookies for each request", `a=1; ${session}_aB3-_xYz_csrf=x; ${session}_12345678_csrf=y`, ["a=1"]],
      ["its CSRF cookie as the browser has it", `__Host-${session}_x_csrf=x; a=1; __Host-${session}_csrf=y`, ["a=1"]],
      ["the mark of a sign-in", `a=1; __Host-gatehouse-signed-in=1`, ["a=1"]],
      ["two of the same name", `${session}=x; a=1; ${session}=y`, ["a=1"]],
      ["an empty one", `${session}=; a=1`, ["a=1"]],
      ["one without a value", `${session}; a=1`, ["a=1"]],
      ["one with blanks around its name", ` ${session} =x; a=1`, ["a=1"]],
      ["one without a blank before it", `a=1;${session}=x;b=2`, ["a=1;b=2"]],
      ["one with = in its value", `${session}=x==; a=1`, ["a=1"]],
    ];
    for (const [what, before, after] of cases) {
      it(`lack ${what}`, () => assert.deepEqual(cookiesAfter(before), after));
    }

    const kept = [
      "a=1; b=2",
      `x${session}=1`,
      `__Host-${session}=1`,
      `__Host-${session}_0=1`,
      "__Host-gatehouse-signed-in2=1",
      `${session}x=1`,
      `${session}_=1`,
      `${session}_0x=1`,
      `${session}_x=1`,
      `${session}-0=1`,
      `${session}_csrf_token=1`,
      `${session}.csrf=1`,
      `${session.toLowerCase()}=1`,
      `${session.slice(2)}=1`,
      `name=${session}=1`,
      `name="${session}"`,
      `prefs={"a":1,"b":"x, y"}`,
      "a=1;  b=2;c=3 ; d",
      "XSRF-TOKEN=abc==; _xsrf=2|1|1",
    ];
    for (const cookie of kept) {
      it(`keep ${cookie}`, () => {
        assert.deepEqual(cookiesAfter(cookie), [cookie]);
        assert.deepEqual(cookiesAfter(`${cookie}; ${session}=x`), [cookie]);
        assert.deepEqual(cookiesAfter(`${session}=x; ${cookie}`), [cookie]);
      });
    }

    it("are one list when a client sends one header for each", () => {
      assert.deepEqual(cookiesAfter("a=1", `${session}=x`, "b=2"), ["a=1; b=2"]);
      assert.deepEqual(cookiesAfter(`${session}_0=x`, `${session}_1=y`), []);
    });

    it("are not touched, header by header, when there is no session", () => {
      assert.deepEqual(cookiesAfter("a=1", "b=2"), ["a=1", "b=2"]);
      assert.deepEqual(cookiesAfter(), []);
    });

    it("are the same list without the session's, byte for byte", () => {
      const name = fc.oneof(
        fc.constantFrom(session, `${session}_0`, `${session}_31`, `${session}_csrf`, `${session}_AbC-12_3_csrf`),
        fc.constantFrom(`${session}x`, `${session}_`, `${session}_0a`, "csrf", "_0"),
        fc.stringMatching(/^[!#$%&'*+\-.^`|~\w]{1,20}$/),
      );
      // Whatever a header may carry but the semicolon: RFC 6265's servers send less, browsers' scripts more.
      const value = fc.stringMatching(
        /^(?:[\x21-\x3a\x3c-\x7e\x80-\xff](?:[\x20-\x3a\x3c-\x7e\x80-\xff]*[\x21-\x3a\x3c-\x7e\x80-\xff])?)?$/,
      );
      const isSession = (text: string) => /^__Secure-gatehouse(?:_\d+|_csrf|_[\w-]+_csrf)?$/.test(text);
      fc.assert(
        fc.property(fc.array(fc.tuple(name, value)), fc.nat(), (cookies, cut) => {
          const join = (list: typeof cookies) => list.map(([key, text]) => `${key}=${text}`).join("; ");
          const rest = join(cookies.filter(([key]) => !isSession(key)));
          const expected = rest === "" ? [] : [rest];
          assert.deepEqual(cookiesAfter(join(cookies)), cookies.length === 0 ? [""] : expected);
          // The same as two headers, where any of them has a session's cookie.
          const at = cut % (cookies.length + 1);
          const two = [cookies.slice(0, at), cookies.slice(at)].filter((part) => part.length > 0).map(join);
          if (cookies.some(([key]) => isSession(key))) {
            assert.deepEqual(cookiesAfter(...two), expected);
          }
        }),
        { numRuns: 300 },
      );
    });
  });

  describe("on sign-in's own paths", () => {
    const cookie: Header = ["cookie", `${session}=x`];
    const pass = (authority: string, path: string) =>
      values(envoy.filter(filter, [[":authority", authority], [":path", path], cookie]).headers, "cookie").length > 0;

    for (const [authority, path] of [
      ["kubeflow.example.com", "/oauth2/sign_out"],
      ["kubeflow.example.com", "/oauth2/"],
      ["kubeflow.example.com:443", "/dex/auth?client_id=x"],
      ["KUBEFLOW.example.com", "/dex/"],
    ] as const) {
      it(`keep the session: ${authority}${path}`, () => assert(pass(authority, path)));
    }

    for (const [authority, path] of [
      ["kubeflow.example.com", "/"],
      ["kubeflow.example.com", "/oauth2"],
      ["kubeflow.example.com", "/oauth2x/"],
      ["kubeflow.example.com", "/dex"],
      ["kubeflow.example.com", "/Dex/"],
      ["kubeflow.example.com", "/x/oauth2/"],
      ["kubeflow.example.com", "/?/oauth2/"],
      ["echo.kubeflow.example.com", "/oauth2/"],
      ["kubeflow.example.com.other.example.com", "/oauth2/"],
      ["", ""],
    ] as const) {
      it(`lack the session elsewhere: ${authority}${path}`, () => assert(!pass(authority, path)));
    }
  });

  describe("on the way to sign-out", () => {
    const form: Header = ["content-type", "application/x-www-form-urlencoded"];
    const after = (path: string, authority = "kubeflow.example.com") =>
      envoy.filter(filter, [[":authority", authority], [":path", path], ["cookie", `${session}=x`], form]).headers;
    const steal = "rd=https://echo.kubeflow.example.com/?token={id_token}";

    for (const path of [
      `/oauth2/sign_out?${steal}`,
      "/oauth2/sign_out?%72d=%2Fnotebook%2F%7Bid_token%7D",
      `/oauth2/sign%5Fout?${steal}`,
      `/oauth2/%73ign_out?${steal}`,
      `/oauth2/sign_out?#${steal}`,
      `/oauth2/sign_out?a?${steal}`,
      "/oauth2/sign_out#x",
      "/oauth2/sign_out",
    ]) {
      it(`lose the address to go on to: ${path}`, () => {
        assert.deepEqual(after(path), [
          [":authority", "kubeflow.example.com"],
          ["cookie", `${session}=x`],
          [":path", "/oauth2/sign_out"],
        ]);
      });
    }

    for (const path of [
      "/oauth2/start?rd=/page",
      "/oauth2/sign_outer?rd=/",
      "/oauth2/callback?code=a&state=b",
      "/dex/sign_out?rd=/",
    ]) {
      it(`are left alone elsewhere: ${path}`, () => {
        assert.deepEqual(values(after(path), ":path"), [path]);
        assert.deepEqual(values(after(path), "content-type"), [form[1]]);
      });
    }

    it("are an application's own on another host", () => {
      const path = "/oauth2/sign_out?rd=/";
      assert.deepEqual(values(after(path, "echo.kubeflow.example.com"), ":path"), [path]);
    });
  });

  describe("on the way to Dex's login form", () => {
    const login = "/dex/auth/local/login";
    const own = "back=%2Fdex%2Fauth%3Fclient_id%3Doauth2-proxy";
    const after = (path: string, authority = "kubeflow.example.com") =>
      values(
        envoy.filter(filter, [
          [":authority", authority],
          [":path", path],
        ]).headers,
        ":path",
      );

    for (const link of [
      "https%3A%2F%2Fother.example.com%2F",
      "//other.example.com/",
      "/\\other.example.com",
      "%2Fdex%2Fauth.other.example.com",
      "/dex/auth@other.example.com",
      "%09/dex/auth?",
      "+/dex/auth?",
      "javascript:alert(1)//dex/auth?",
      "/",
      "",
    ]) {
      it(`lose a link to ${JSON.stringify(link)}`, () => {
        assert.deepEqual(after(`${login}?state=abc&back=${link}&x=1`), [`${login}?state=abc&x=1`]);
      });
    }

    for (const query of [`%62ack=//other.example.com&state=abc`, `b%61%63k=x&state=abc`, "back&state=abc"]) {
      it(`lose it however it is written: ${query}`, () => {
        assert.deepEqual(after(`${login}?${query}`), [`${login}?state=abc`]);
      });
    }

    it("lose the foreign one of two links", () => {
      assert.deepEqual(after(`${login}?back=//other.example.com&${own}`), [`${login}?${own}`]);
      assert.deepEqual(after(`${login}?${own}&back=//other.example.com`), [`${login}?${own}`]);
    });

    for (const path of [
      `${login}?${own}&state=abc`,
      `${login}?back=/dex/auth?client_id=a&state=abc`,
      `${login}?state=abc`,
      `${login}?Back=x&backs=y&&=&a=back=z`,
      login,
      `${login}?`,
      "/oauth2/start?back=//other.example.com",
    ]) {
      it(`are left alone: ${path}`, () => assert.deepEqual(after(path), [path]));
    }

    it("are an application's own on another host", () => {
      const path = `${login}?back=//other.example.com`;
      assert.deepEqual(after(path, "echo.kubeflow.example.com"), [path]);
    });

    it("keep every other parameter byte for byte, whatever the query says", () => {
      fc.assert(
        fc.property(fc.array(fc.string({ unit: "binary-ascii" })), (texts) => {
          const pairs = texts.map((text) => encodeURI(text).replace(/[&?#]/g, "+")).map((text) => `x${text}`);
          const query = pairs.join("&");
          assert.deepEqual(after(`${login}?back=//other.example.com&${query}`), [`${login}?${query}`]);
        }),
      );
    });
  });

  it("are never sent when the filter fails; the gate answers 500 and logs why", () => {
    const { answer, logged } = envoy.filter(filter, request(), { claims: "broken" });
    assert.deepEqual(answer, { headers: { ":status": "500" }, body: "" });
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? "", /^identity headers: .*no stream info/);
  });

  it("are otherwise what the client sent", () => {
    const headers = request(["accept", "*/*"], ["x-custom", "1"], ["x-custom", "2"], ["authorization", "Bearer x"]);
    assert.deepEqual(envoy.filter(filter, headers, { claims: { iss: issuer } }), { headers, logged: [], metadata: {} });
  });
});
