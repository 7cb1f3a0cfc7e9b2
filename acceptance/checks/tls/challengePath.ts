import { randomBytes } from "node:crypto";
import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { leakIn, type Mark, newMark, summary } from "../../http/leaks";
import { header } from "../../http/request";
import { exchange, type Exchange, requestText } from "../../http/wire";
import { publicNames } from "./handshake";
import { leadsAway } from "./plainHttp";

const path = "/.well-known/acme-challenge";

/** As long as tokens of ACME servers are; they are base64url (RFC 8555, section 8.3). */
const newToken = () => randomBytes(32).toString("base64url");

interface Try {
  what: string;
  line: (token: string) => string;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
}

const get = (what: string, spell: (token: string) => string): Try => ({
  what: `GET ${what}`,
  line: (token) => `GET ${spell(token)} HTTP/1.1`,
});

/** What an ACME server asks, and what is the same for whoever comes after the filter. */
const challenges: readonly Try[] = [
  get("of a token", (token) => `${path}/${token}`),
  get("of the shortest token", () => `${path}/x`),
];

/** May be that path for the gateway once it is tidied up, or something else. */
const spellings: readonly Try[] = [
  get("with two slashes before the token", (token) => `${path}//${token}`),
  get("with two slashes at its beginning", (token) => `/${path}/${token}`),
  get("with an escaped dot", (token) => `/%2ewell-known/acme-challenge/${token}`),
  get("with an escaped slash", (token) => `/.well-known/acme-challenge%2f${token}`),
  get("with a backslash", (token) => `/.well-known/acme-challenge\\${token}`),
  get("over another folder", (token) => `/oauth2/..${path}/${token}`),
  get("over another folder, escaped", (token) => `/oauth2/%2e%2e${path}/${token}`),
  get("with a fragment", (token) => `${path}/${token}#x`),
  {
    ...get("as a websocket", (token) => `${path}/${token}`),
    headers: [
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Version", "13"],
      ["Sec-WebSocket-Key", "bm90aGluZyBvZiBub3RlIQ=="],
    ],
  },
  {
    ...get("with the names of other paths and methods in its headers", (token) => `${path}/${token}`),
    headers: [
      ["X-Original-URL", "/"],
      ["X-Rewrite-URL", "/"],
      ["X-Envoy-Original-Path", "/"],
      ["X-HTTP-Method-Override", "POST"],
    ],
  },
];

/** Nothing of this is a challenge. */
const others: readonly Try[] = [
  ...["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "TRACE", "GETS"].map((method): Try => ({
    what: `${method} of a token`,
    line: (token) => `${method} ${path}/${token} HTTP/1.1`,
    ...(method === "POST" || method === "PUT" ? { headers: [["Content-Length", "3"]] as const, body: "a=b" } : {}),
  })),
  get("without a token", () => path),
  get("of an empty token", () => `${path}/`),
  get("of a token and a slash", (token) => `${path}/${token}/`),
  get("of a longer path", (token) => `${path}/${token}/probe`),
  get("of a longer path, escaped", (token) => `${path}/${token}%2fprobe`),
  get("of a token with a dot", (token) => `${path}/${token}.json`),
  get("of a token with a semicolon", (token) => `${path}/${token};a=b`),
  get("of a token with a null byte", (token) => `${path}/${token}%00`),
  get("of a token with a line break", (token) => `${path}/${token}%0d%0aHost:%20unknown.example`),
  get("of a token with a query", (token) => `${path}/${token}?a=b`),
  get("of a token in base64 with padding", (token) => `${path}/${token}=`),
  get("in upper case", (token) => `${path.toUpperCase()}/${token}`),
  get("of a neighbour", (token) => `${path}s/${token}`),
  get("below another folder", (token) => `/probe${path}/${token}`),
  get("and out of it, to sign-in", () => `${path}/../../oauth2/start`),
  get("and out of it by one step, to sign-in", () => `${path}/../oauth2/start`),
  get("and out of it, escaped", () => `${path}/%2e%2e/%2e%2e/oauth2/start`),
  get("and out of it, escaped with its slash", () => `${path}/..%2f..%2foauth2%2fstart`),
  get("and out of it, escaped twice", () => `${path}/%252e%252e/%252e%252e/oauth2/start`),
  get("and out of it behind a token", (token) => `${path}/${token}/../../../dex/auth`),
  get("and out of it with a semicolon", () => `${path}/..;/..;/probe`),
  get("and out of it with backslashes", () => `${path}/..\\..\\probe`),
  get("to the solver's own health check", () => `${path}/../../healthz`),
];

/** oauth2-proxy is asked about the one, and a rule refuses the other. */
const withoutIdentity: readonly { with: string; headers: Try["headers"] }[] = [
  { with: "", headers: [] },
  { with: " with a header that holds no token", headers: [["Authorization", "Basic bm9ib2R5Om5vdGhpbmc="]] },
];

/** Names that nobody asks a certificate for here. */
const strangers = (gate: string) => [
  "unknown.example",
  `any-other-name.${gate}`,
  `${gate}.unknown.example`,
  "127.0.0.1",
];

/** While no challenge runs there is nobody at the end of its path, which is what makes it open that can be seen. */
export const challengePath: Check = {
  area: "tls",
  name: "challenge-path",
  proves:
    "At port 80 a GET of an ACME challenge on a public host passes and finds at most cert-manager's solver; every other method, path, spelling and host is redirected or refused, and at port 443 that path is as closed as any other.",
  mend: "The filter `gatehouse.https_redirect` lets nothing else through (documents/gateway/acme-challenge.lua), and the routes `gatehouse-acme-…` in `ingress` lead to the solver's Service alone (components/acmeChallenges.ts). Where the challenge itself is redirected, something in front of the gateway answers port 80.",
  exercises: ["gateway"],
  needs: ["acme-http01"],
  timeout: 120,
  async run(context) {
    const { target } = context;
    const names = publicNames(target);
    const asked = names.flatMap((url) => [
      ...challenges.map((each) => ({ ...each, url, host: url.host, wrongIn: noChallenge })),
      ...spellings.map((each) => ({ ...each, url, host: url.host, wrongIn: noChallengeAndNotAway })),
      ...others.map((each) => ({ ...each, url, host: url.host, wrongIn: notAway })),
    ]);
    const elsewhere = strangers(target.gate.hostname).flatMap((host) =>
      challenges.map((each) => ({ ...each, url: target.gate, host, wrongIn: notAway })),
    );
    const { probe, signal } = context;
    await inParallel([...asked, ...elsewhere], async ({ what, line, headers = [], body, url, host, wrongIn }) => {
      const mark = newMark();
      const request = requestText(line(newToken()), headersOf(host, mark, headers), body);
      const came = await exchange(target, new URL(`http://${url.host}`), request, { signal });
      const wrong = wrongIn.find(context, came, mark);
      probe.expect(
        wrong === undefined,
        `${host}: ${what}: ${summary(came)}`,
        `${host}: ${what}: ${wrongIn.wanted} was wanted; came ${wrong}`,
      );
    });
    const closed = names.flatMap((url) =>
      challenges.flatMap((each) => withoutIdentity.map((how) => ({ ...each, ...how, url }))),
    );
    await inParallel(closed, async ({ what, line, headers, with: how, url }) => {
      const mark = newMark();
      const request = requestText(line(newToken()), headersOf(url.host, mark, headers));
      const came = await exchange(target, url, request, { signal });
      const wrong = leakIn(target, came, [mark]);
      probe.expect(
        wrong === undefined,
        `${url.hostname} over TLS: ${what}${how}: ${summary(came)}`,
        `${url.hostname} over TLS: ${what}${how}: a refusal was wanted, as for any path without an identity; came ${wrong}`,
      );
    });
  },
};

function headersOf(host: string, mark: Mark, headers: Try["headers"] = []): (readonly [string, string])[] {
  const closes = headers.some(([name]) => name === "Connection") ? [] : [["Connection", "close"] as const];
  return [["Host", host], mark.header, ...headers, ...closes];
}

interface Judgement {
  wanted: string;
  find: (context: CheckContext, came: Exchange, mark: Mark) => string | undefined;
}

/** The solver knows no token that it wasn't given, and where there is no solver Envoy says that nobody is there. */
const noChallenge: Judgement = {
  wanted: "the solver's 404, or the gateway's 503 where no solver runs,",
  find: (_, { answers, rest }, mark) => {
    const [answer, ...more] = answers;
    if (answer === undefined || more.length > 0 || rest.length > 0) {
      return answer === undefined ? "no answer" : "more than one answer";
    }
    const { status, body } = answer;
    const asked = header(answer, "x-envoy-upstream-service-time") !== undefined;
    if (body.includes(mark.text) || seenByBackend({ ...answer, status: 200 }) !== undefined) {
      return `status ${status} and an application's answer`;
    }
    if (header(answer, "set-cookie") !== undefined) {
      return "a cookie without TLS";
    }
    return status === 404 || (status === 503 && !asked)
      ? undefined
      : `status ${status}${asked ? " from a backend" : ""}`;
  },
};

const notAway: Judgement = {
  wanted: "a redirect to https, or a refusal,",
  find: (context, came, mark) => {
    const asked = came.answers.some((answer) => header(answer, "x-envoy-upstream-service-time") !== undefined);
    const shown = [...came.answers.map(({ body }) => body), came.rest.toString("latin1")].join("\n");
    return asked || shown.includes(mark.text) ? "an answer of a backend" : leadsAway(context, came);
  },
};

const noChallengeAndNotAway: Judgement = {
  wanted: `${noChallenge.wanted} or ${notAway.wanted}`,
  find: (...came) => (noChallenge.find(...came) === undefined ? undefined : notAway.find(...came)),
};
