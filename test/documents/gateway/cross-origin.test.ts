import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaSet } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const gate = "kubeflow.example.com";
const filter = luaFilter("cross-origin.lua", { postedTo: luaSet([`${gate}/dex/callback`]) });

/** A request with the session's cookie, whatever page had the browser send it. */
interface Asked {
  method?: string;
  authority?: string;
  path?: string;
  headers?: Readonly<Record<string, string>>;
}

const tab = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const call = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
const other = "https://notebooks.example.com";

describe("a request that a page of another origin brings about", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const askedFor = (
    { method = "GET", authority = gate, path = "/pipeline/", headers = {} }: Asked,
    more: Header[] = [],
  ) =>
    envoy.filter(filter, [
      [":method", method],
      [":authority", authority],
      [":path", path],
      ["cookie", "__Secure-gatehouse=session"],
      ...Object.entries(headers),
      ...more,
    ]);
  const statusOf = (asked: Asked, more?: Header[]) => askedFor(asked, more).answer?.headers[":status"];

  const refused: [what: string, asked: Asked][] = [
    ["a call of another site", { headers: { "sec-fetch-site": "cross-site", ...call } }],
    ["a call of another host of this site", { headers: { "sec-fetch-site": "same-site", ...call } }],
    [
      "an image",
      { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" } },
    ],
    [
      "a script",
      { headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" } },
    ],
    [
      "a frame",
      { headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" } },
    ],
    [
      "an object",
      { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "object" } },
    ],
    ["a form that posts", { method: "POST", headers: { "sec-fetch-site": "cross-site", ...tab } }],
    ["a form that posts from another host", { method: "POST", headers: { "sec-fetch-site": "same-site", ...tab } }],
    [
      "a navigation without a destination",
      { headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" } },
    ],
    [
      "a page of another host in advance",
      { headers: { "sec-fetch-site": "same-site", ...tab, "sec-purpose": "prefetch" } },
    ],
    [
      "a page in advance that Chromium takes for a typed address",
      { headers: { "sec-fetch-site": "none", ...tab, "sec-purpose": "prefetch;prerender" } },
    ],
    ["a preflight", { method: "OPTIONS", headers: { "sec-fetch-site": "same-site", ...call } }],
    ["a site that nobody knows", { headers: { "sec-fetch-site": "same-planet", ...call } }],
    ["a link of a site that nobody knows", { headers: { "sec-fetch-site": "same-planet", ...tab } }],
    ["no site at all", { headers: { "sec-fetch-site": "", ...call } }],
    [
      "a post to sign-in by a provider where none posts",
      { method: "POST", path: "/oauth2/callback", headers: { "sec-fetch-site": "cross-site", ...tab } },
    ],
    [
      "a post to the provider's path on another host",
      {
        method: "POST",
        authority: "echo.kubeflow.example.com",
        path: "/dex/callback",
        headers: { "sec-fetch-site": "cross-site", ...tab },
      },
    ],
    [
      "a call to the path where a provider posts to",
      { method: "POST", path: "/dex/callback", headers: { "sec-fetch-site": "cross-site", ...call } },
    ],
    ["a post of an old browser", { method: "POST", headers: { origin: other } }],
    ["a post from nowhere", { method: "POST", headers: { origin: "null" } }],
    ["a post of this host without TLS", { method: "POST", headers: { origin: `http://${gate}` } }],
    ["a post of this host's other port", { method: "POST", headers: { origin: `https://${gate}:8443` } }],
    ["a deletion of an old browser", { method: "DELETE", headers: { origin: other } }],
    ["a method in small letters", { method: "post", headers: { origin: other } }],
    ["a websocket", { headers: { upgrade: "websocket", origin: other } }],
    ["a websocket of a host below", { headers: { upgrade: "websocket", origin: `https://a.${gate}` } }],
    [
      "a websocket of the host above",
      { authority: `a.${gate}`, headers: { upgrade: "websocket", origin: `https://${gate}` } },
    ],
    ["a websocket in other letters", { headers: { upgrade: "h2c, WebSocket", origin: other } }],
    ["a websocket without an origin", { headers: { upgrade: "websocket" } }],
    [
      "a websocket that says it is the same origin's",
      { headers: { upgrade: "websocket", origin: other, "sec-fetch-site": "same-origin" } },
    ],
    ["a call with a password", { headers: { authorization: "Basic eA==", "sec-fetch-site": "cross-site", ...call } }],
    [
      "a call with another word for a token",
      { headers: { authorization: "Bearerx", "sec-fetch-site": "cross-site", ...call } },
    ],
  ];
  for (const [what, asked] of refused) {
    it(`is refused: ${what}`, () => {
      const { answer, logged } = askedFor(asked);
      assert.equal(answer?.headers[":status"], "403");
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.match(answer.body, /origin/i);
      assert.deepEqual(logged, []);
    });
  }

  const goingOn: [what: string, asked: Asked][] = [
    ["an address that somebody typed", { headers: { "sec-fetch-site": "none", ...tab } }],
    ["a call of the page itself", { headers: { "sec-fetch-site": "same-origin", ...call } }],
    [
      "a post of the page itself",
      { method: "POST", headers: { "sec-fetch-site": "same-origin", ...call, origin: `https://${gate}` } },
    ],
    [
      "a frame of the page itself",
      { headers: { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" } },
    ],
    ["a link of another site", { headers: { "sec-fetch-site": "cross-site", ...tab } }],
    ["a link of another host", { headers: { "sec-fetch-site": "same-site", ...tab } }],
    ["a look at the head of a link", { method: "HEAD", headers: { "sec-fetch-site": "cross-site", ...tab } }],
    [
      "the post of a provider",
      { method: "POST", path: "/dex/callback", headers: { "sec-fetch-site": "cross-site", ...tab, origin: other } },
    ],
    [
      "the page's own page in advance",
      { headers: { "sec-fetch-site": "same-origin", ...tab, "sec-purpose": "prefetch;prerender" } },
    ],
    ["the post of a provider by an old browser", { method: "POST", path: "/dex/callback", headers: { origin: other } }],
    [
      "the post of a provider's page without an origin, by an old browser",
      { method: "POST", path: "/dex/callback", headers: { origin: "null" } },
    ],
    [
      "the post of a provider, with a query and a port",
      {
        method: "POST",
        authority: `${gate}:443`,
        path: "/dex/callback?x=/",
        headers: { "sec-fetch-site": "cross-site", ...tab },
      },
    ],
    ["a program", { method: "POST" }],
    ["a program that reads", { headers: { origin: other } }],
    ["an old browser's post of the page itself", { method: "POST", headers: { origin: `https://${gate}` } }],
    [
      "an old browser's post at the default port",
      { method: "POST", authority: `${gate}:443`, headers: { origin: `https://${gate}` } },
    ],
    [
      "a post at another port",
      { method: "POST", authority: `${gate}:8443`, headers: { origin: `https://${gate}:8443` } },
    ],
    ["a websocket of the page itself", { headers: { upgrade: "websocket", origin: `https://${gate}` } }],
    [
      "a websocket of a host in large letters",
      { authority: gate.toUpperCase(), headers: { upgrade: "websocket", origin: `https://${gate}` } },
    ],
    ["a websocket with a token", { headers: { upgrade: "websocket", authorization: "Bearer x", origin: other } }],
    [
      "a call with a token",
      {
        method: "POST",
        headers: { authorization: "bearer x", "sec-fetch-site": "cross-site", ...call, origin: other },
      },
    ],
  ];
  for (const [what, asked] of goingOn) {
    it(`goes on: ${what}`, () => {
      assert.equal(statusOf(asked), undefined);
    });
  }

  it("is refused where a header comes twice", () => {
    const twice: Header[] = [
      ["sec-fetch-site", "same-origin"],
      ["sec-fetch-site", "cross-site"],
    ];
    assert.equal(statusOf({ headers: call }, twice), "403");
    assert.equal(statusOf({ headers: call }, twice.reverse()), "403");
    const origins: Header[] = [
      ["origin", `https://${gate}`],
      ["origin", other],
    ];
    assert.equal(statusOf({ headers: { upgrade: "websocket" } }, origins), "403");
  });

  it("goes on to an IPv6 address of its own, and to no other", () => {
    const asked = (origin: string) =>
      statusOf({ authority: "[2001:db8::1]", headers: { upgrade: "websocket", origin } });
    assert.equal(asked("https://[2001:db8::1]"), undefined);
    assert.equal(asked("https://[2001:db8::2]"), "403");
  });

  it("never opens a websocket, nor changes anything, for another origin, however it is written", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary-ascii" }),
        fc.constantFrom("POST", "PUT", "DELETE", "PATCH"),
        (origin, method) => {
          fc.pre(origin.toLowerCase() !== `https://${gate}`);
          assert.equal(statusOf({ method, headers: { origin } }), "403");
          assert.equal(statusOf({ headers: { origin, upgrade: "websocket" } }), "403");
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is refused with 500 where the filter fails, and says so in the log", () => {
    const broken = filter.replace("local authority =", "local nothing = nil + 1\n  local authority =");
    const { answer, logged } = envoy.filter(broken, [[":method", "GET"]]);
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged[0] ?? "", /^cross-origin: /);
  });
});
