import { type Check, type CheckContext } from "../../check";
import { askHttp2, requestFields } from "../../http/http2";
import { type Answer, ask, type Ask, type HeaderList } from "../../http/request";
import { signIn } from "../../signIn/session";
import { askWith } from "../../signIn/hop";
import { echoOf, somebody } from "../../tokens/parts";
import { turnsAway } from "../../http/turnsAway";

const page: HeaderList = [["Accept", "text/html"]];
const data: HeaderList = [["Accept", "application/json"]];

const mend =
  "The filter `gatehouse.answers` of the EnvoyFilter `gatehouse` sets the header on every answer of the HTTPS port, from the setting `ingress.hsts`. Was the filter accepted (istiod's log), and does it come first?";

interface Kind {
  what: string;
  path: string;
  options?: Ask;
  /** The statuses that make it an answer of this kind. */
  statuses: readonly number[];
}

/** Kinds of answers at the gate's host, each made by another part. */
const kinds: readonly Kind[] = [
  { what: "the sign-in page", path: "/", options: { headers: page }, statuses: [403] },
  { what: "the answer to a background call", path: "/api/probe", options: { headers: data }, statuses: [401] },
  {
    what: "the answer to a token that is none",
    path: "/",
    options: { headers: [["Authorization", "Bearer not-a-token"]] },
    statuses: [401, 403],
  },
  {
    what: "the answer to a form that was sent without identity",
    path: "/",
    options: { method: "POST", headers: [...page, ["Content-Length", "0"]] },
    statuses: [401, 403],
  },
  {
    what: "the beginning of a sign-in",
    path: "/oauth2/start?rd=%2F",
    options: { headers: page },
    statuses: [302, 303],
  },
  { what: "oauth2-proxy's decision", path: "/oauth2/auth", options: { headers: data }, statuses: [401] },
  { what: "Dex's discovery document", path: "/dex/.well-known/openid-configuration", statuses: [200] },
  { what: "a page of Dex about an error", path: "/dex/callback", options: { headers: page }, statuses: [400] },
  { what: "a page that Dex doesn't have", path: "/dex/no-such-page", options: { headers: page }, statuses: [404] },
  {
    what: "the answer to a host that isn't served",
    path: "/",
    options: { headers: [...page, ["Host", "unknown.example"]] },
    statuses: [400, 403, 404, 421],
  },
];

/** Who has come once never goes without TLS again (RFC 6797). */
export const hsts: Check = {
  area: "tls",
  name: "hsts",
  proves:
    "Every kind of answer over TLS carries Strict-Transport-Security once, with a lifetime, also refusals and errors.",
  mend,
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: [],
  async run(context) {
    const { target, signal } = context;
    for (const { what, path, options, statuses } of kinds) {
      const answer = await ask(target, target.gate, path, { ...options, signal });
      expectHeader(context, `${what} (${answer.status})`, answer, statuses);
    }
    if (target.echo !== undefined) {
      const answer = await ask(target, target.echo, "/", { headers: page, signal });
      expectHeader(context, `an application's sign-in page (${answer.status})`, answer, [403]);
    }
    const fields = requestFields(target.gate, "/", page);
    const answer = await askHttp2(target, target.gate, fields, { signal });
    if (answer.kind === "answer") {
      expectHeader(context, `the sign-in page over HTTP/2 (${answer.status})`, answer, [403]);
    } else {
      context.probe.wrong("a page asked for over HTTP/2 should be answered; nothing came");
    }
  },
};

/** The answers that only those get who are known. */
export const hstsSignedIn: Check = {
  area: "tls",
  name: "hsts-signed-in",
  proves: "An application's own answers carry Strict-Transport-Security, and so does every step of a sign-in.",
  mend,
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: ["user", "sessions", "echo"],
  async run(context) {
    const { target, signal } = context;
    const url = echoOf(target);
    const { jar, hops } = await signIn(target, somebody(target), new URL("/", url), signal);
    for (const { url: at, answer } of hops) {
      expectHeader(context, `${at.host}${at.pathname} on the way (${answer.status})`, answer, [answer.status]);
    }
    const answer = await askWith(target, jar, url, "/", { headers: page, signal });
    expectHeader(context, `an application's answer (${answer.status})`, answer, [200]);
  },
};

function expectHeader(
  { probe, target }: CheckContext,
  what: string,
  { status, headers }: Pick<Answer, "status" | "headers">,
  statuses: readonly number[],
): void {
  if (!turnsAway(target, status, statuses)) {
    probe.wrong(`${what}: status ${statuses.join(" or ")} was wanted, to look at the header of such an answer`);
    return;
  }
  const values = headers.filter(([name]) => name === "strict-transport-security").map(([, value]) => value);
  const [value = ""] = values;
  const ages = value.split(";").flatMap((part) => /^\s*max-age\s*=\s*"?(\d+)"?\s*$/i.exec(part)?.[1] ?? []);
  probe.expect(
    values.length === 1 && ages.length === 1 && Number(ages[0]) > 0,
    `${what}: Strict-Transport-Security: ${value}`,
    `${what}: Strict-Transport-Security with a max-age above 0 should stand there once; came ${
      values.length === 0 ? "none" : values.join(" and ")
    }`,
  );
}
