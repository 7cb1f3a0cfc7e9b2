import { type Check, type CheckContext, type Target } from "../../check";
import { inParallel } from "../../http/inParallel";
import { type Answer, header } from "../../http/request";
import { exchange, type Exchange, requestText } from "../../http/wire";
import { publicNames } from "./handshake";

type Headers = readonly (readonly [name: string, value: string])[];

/** A request without TLS for a name that is served. */
interface Try {
  what: string;
  method?: string;
  path?: string;
  headers?: Headers;
  body?: string;
  /** The spelling of the host; the name itself by default. */
  spell?: (host: string) => string;
  /** Whether the way on must be to the same path, letter for letter. */
  samePath?: boolean;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

const paths = ["/probe?a=b&c=%2F", "/dex/auth", "/oauth2/start?rd=%2Fprobe", "/api/probe", "/probe/".padEnd(2000, "x")];

/** Spellings that a browser might take for another host when they come back to it. */
const oddPaths = [
  "//unknown.example/",
  "//unknown.example/%2e%2e",
  "/\\unknown.example",
  "/@unknown.example",
  "/.unknown.example",
  "/%09/unknown.example",
  "/%0d%0aLocation:%20https://unknown.example",
  "/%5cunknown.example",
  "/;/unknown.example",
];

/** Nothing about a request spares it the redirect; the first ones would be refused if anything looked at them before. */
const headers: readonly { what: string; headers: Headers }[] = [
  { what: "with a token that is none", headers: [["Authorization", "Bearer not-a-token"]] },
  { what: "with a password", headers: [["Authorization", "Basic bm9ib2R5Om5vdGhpbmc="]] },
  { what: "with a session that is none", headers: [["Cookie", "__Secure-gatehouse=nothing"]] },
  { what: "as a background call", headers: [["Accept", "application/json"]] },
  ...(
    [
      ["X-Forwarded-Proto", "https"],
      ["X-Forwarded-Scheme", "https"],
      ["X-Forwarded-Ssl", "on"],
      ["X-Forwarded-Port", "443"],
      ["X-Forwarded-Host", "unknown.example"],
      ["X-Original-Host", "unknown.example"],
      ["X-Original-URL", "//unknown.example/"],
      ["X-Envoy-Original-Path", "//unknown.example/"],
      ["Forwarded", "proto=https;host=unknown.example"],
      ["Front-End-Https", "on"],
      ["Origin", "https://unknown.example"],
      ["Referer", "https://unknown.example/"],
    ] as const
  ).map((pair) => ({ what: `with ${pair.join(": ")}`, headers: [pair] })),
];

const tries: readonly Try[] = [
  ...methods.map((method) => ({
    what: `${method} /`,
    method,
    headers: method === "POST" ? ([["Content-Length", "3"]] as const) : [],
    body: method === "POST" ? "a=b" : "",
    samePath: true,
  })),
  ...paths.map((path) => ({ what: `GET ${path.slice(0, 40)}`, path, samePath: true })),
  ...oddPaths.map((path) => ({ what: `GET ${path}`, path })),
  ...headers.map((each) => ({ ...each, what: `GET / ${each.what}`, samePath: true })),
  { what: "GET / with the port in its host", spell: (host) => `${host.replace(/:\d+$/, "")}:80` },
  { what: "GET / with its host in upper case", spell: (host) => host.toUpperCase() },
];

/** Requests that may be refused or dropped, but lead to no other host and show nothing. */
function strange({ host: known, hostname: name }: URL): { what: string; request: string }[] {
  const get = (target: string, host: string, extra: Headers = []) =>
    requestText(`GET ${target} HTTP/1.1`, [["Host", host], ...extra, ["Connection", "close"]]);
  const unknown = [
    "unknown.example",
    `${name}.unknown.example`,
    `unknown.example@${name}`,
    `${name}@unknown.example`,
    `${name}:80@unknown.example`,
    `unknown.example:80`,
    `${name}.`,
    `${name}:99999`,
    `${name}:80:80`,
    `${name}#unknown.example`,
    `${name}/unknown.example`,
    `${name}\\unknown.example`,
    `${name}, unknown.example`,
    "127.0.0.1",
    "[::1]",
    "",
  ];
  return [
    ...unknown.map((host) => ({ what: `GET / of the host "${host}"`, request: get("/", host) })),
    { what: "GET / with two hosts", request: get("/", known, [["Host", "unknown.example"]]) },
    { what: "GET / with two hosts in the other order", request: get("/", "unknown.example", [["Host", known]]) },
    { what: "GET / without a host", request: requestText("GET / HTTP/1.1", [["Connection", "close"]]) },
    { what: "GET / of HTTP/1.0", request: requestText("GET / HTTP/1.0", [["Host", known]]) },
    { what: "GET http://unknown.example/", request: get("http://unknown.example/", known) },
    { what: `GET https://${known}/`, request: get(`https://${known}/`, "unknown.example") },
    { what: "GET unknown.example", request: get("unknown.example", known) },
    { what: "GET .unknown.example/", request: get(".unknown.example/", known) },
    { what: "GET @unknown.example/", request: get("@unknown.example/", known) },
    { what: "GET :80@unknown.example/", request: get(":80@unknown.example/", known) },
    {
      what: "CONNECT unknown.example:443",
      request: requestText("CONNECT unknown.example:443 HTTP/1.1", [["Host", known]]),
    },
    {
      what: "a websocket",
      request: get("/", known, [
        ["Upgrade", "websocket"],
        ["Connection", "Upgrade"],
        ["Sec-WebSocket-Version", "13"],
        ["Sec-WebSocket-Key", "bm90aGluZyBvZiBub3RlIQ=="],
      ]),
    },
    {
      what: "an upgrade to HTTP/2",
      request: get("/", known, [
        ["Upgrade", "h2c"],
        ["HTTP2-Settings", "AAMAAABkAAQAAP__"],
        ["Connection", "Upgrade, HTTP2-Settings"],
      ]),
    },
    { what: "HTTP/2 at once", request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0" },
    {
      what: "a call of gRPC",
      request: get("/probe.Service/Call", known, [
        ["Content-Type", "application/grpc"],
        ["TE", "trailers"],
      ]),
    },
  ];
}

/** Plain HTTP is good for one thing: to say that the place is elsewhere. */
export const plainHttp: Check = {
  area: "tls",
  name: "plain-http-redirects",
  proves:
    "Plain HTTP is answered for every path and method with a permanent redirect to https at the same host and path, before any rule about identity, and never leads to a host that isn't served.",
  mend: "The filter `gatehouse.https_redirect` must come first at the gateway's HTTP port, and `httpsRedirect` must stand in the Gateway resource (documents/gateway/https-redirect.lua). A load balancer that answers port 80 itself must do the same.",
  exercises: ["gateway"],
  needs: [],
  timeout: 120,
  async run(context) {
    const { target, probe, signal } = context;
    const urls = publicNames(target).map((url) => new URL(`http://${url.host}`));
    const asked = urls.flatMap((url) => tries.map((each) => ({ url, ...each })));
    await inParallel(
      asked,
      async ({ url, what, method = "GET", path = "/", headers = [], body = "", spell, samePath }) => {
        const host = spell?.(url.host) ?? url.host;
        const request = requestText(
          `${method} ${path} HTTP/1.1`,
          [["Host", host], ...headers, ["Connection", "close"]],
          body,
        );
        const came = await exchange(target, url, request, { signal });
        const wrong = notRedirected(target, url, came, samePath === true ? path : undefined);
        probe.expect(
          wrong === undefined,
          `${url.hostname}: ${what}: redirected`,
          `${url.hostname}: ${what}: a redirect with 301 or 308 to the same place under https was wanted; came ${wrong}`,
        );
      },
    );
    await inParallel(strange(target.gate), async ({ what, request }) => {
      const came = await exchange(target, new URL(`http://${target.gate.host}`), request, { signal });
      const wrong = leadsAway(context, came);
      probe.expect(
        wrong === undefined,
        `${what}: ${statusesOf(came)}`,
        `${what}: a refusal, or a redirect to https at a host that is served, was wanted; came ${wrong}`,
      );
    });
  },
};

function notRedirected(target: Target, url: URL, came: Exchange, path: string | undefined): string | undefined {
  const [answer, ...more] = came.answers;
  if (answer === undefined || more.length > 0) {
    return answer === undefined ? "no answer" : `${came.answers.length} answers`;
  }
  const location = header(answer, "location");
  if ((answer.status !== 301 && answer.status !== 308) || location === undefined) {
    return `status ${answer.status}`;
  }
  const to = URL.canParse(location) ? new URL(location) : undefined;
  // A port in the host's spelling is the plain one; https has its own.
  const port = target.gate.port;
  if (to?.protocol !== "https:" || to.hostname !== url.hostname || to.port !== port || to.username !== "") {
    return `a redirect to ${to === undefined ? "something that is no address" : to.origin}`;
  }
  if (path !== undefined && location.replace(/^https:\/\/[^/]*/i, "") !== path) {
    return "a redirect to another path";
  }
  return extras(answer);
}

/** What an answer without TLS should not carry either. */
function extras(answer: Answer): string | undefined {
  if (header(answer, "set-cookie") !== undefined) {
    return "a cookie without TLS";
  }
  // RFC 6797, section 7.2.
  return header(answer, "strict-transport-security") === undefined
    ? undefined
    : "Strict-Transport-Security without TLS, where it means nothing";
}

export function leadsAway({ target }: CheckContext, { answers, rest }: Exchange): string | undefined {
  const served = publicNames(target).map(({ host }) => host);
  for (const answer of answers) {
    const { status, body } = answer;
    const location = header(answer, "location");
    const to = location !== undefined && URL.canParse(location) ? new URL(location) : undefined;
    // gRPC says so in a header of its own, and 200 above it.
    const grpc = header(answer, "grpc-status");
    const refusedCall = status === 200 && grpc !== undefined && grpc !== "0" && body === "";
    if (status === 301 || status === 308) {
      if (to?.protocol !== "https:" || !served.includes(to.host) || to.username !== "") {
        return `a redirect to ${to === undefined ? "something that is no address of its own" : to.origin}`;
      }
    } else if (![400, 403, 404, 405, 421, 426, 431, 501, 505].includes(status) && !refusedCall) {
      return `status ${status}`;
    }
    const wrong = extras(answer);
    if (wrong !== undefined) {
      return wrong;
    }
  }
  // The frames of HTTP/2, with which it says that it has gone, hold no text.
  return /HTTP\/1|<html/i.test(rest.toString("latin1")) ? `${rest.length} bytes that are no answer` : undefined;
}

function statusesOf({ answers, end }: Exchange): string {
  return answers.length === 0 ? end : answers.map(({ status }) => status).join(", ");
}
