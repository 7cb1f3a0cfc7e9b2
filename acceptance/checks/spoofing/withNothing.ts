import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { ask, type HeaderList } from "../../http/request";
import { echoOf } from "../../tokens/parts";
import { whatCame } from "../../tokens/refusal";
import { forgedHeaders, type Forged, newMark } from "./forgedHeaders";
import { mendForged } from "./everyForgery";

/** What a request says to look like one that needs no identity, with the advisories where a proxy believed it. */
const disguises: readonly Forged[] = [
  // CVE-2026-34457: health checks by their name.
  ...["GoogleHC/1.0", "kube-probe/1.36", "ELB-HealthChecker/2.0", "Prometheus/3.0"].map((agent) => ({
    what: `the user agent ${agent}`,
    headers: [["User-Agent", agent]] as const,
  })),
  // CVE-2026-40575 and CVE-2026-76835: a path for the check that is not the request's.
  ...["/oauth2/auth", "/oauth2/sign_in", "/dex/keys", "/ping", "/ready", "/robots.txt"].flatMap((path) =>
    ["X-Forwarded-Uri", "X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-Envoy-Original-Path"].map((name) => ({
      what: `${name}: ${path}`,
      headers: [[name, path]] as const,
    })),
  ),
  ...["OPTIONS", "HEAD", "GET"].map((method) => ({
    what: `X-Forwarded-Method: ${method}`,
    headers: [
      ["X-Forwarded-Method", method],
      ["X-HTTP-Method-Override", method],
    ] as const,
  })),
  ...["X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Envoy-External-Address", "Forwarded"].map(
    (name) => ({
      what: `${name} with an address inside`,
      headers: [[name, name === "Forwarded" ? "for=127.0.0.1" : "127.0.0.1"]] as const,
    }),
  ),
  { what: "X-Envoy-Internal", headers: [["X-Envoy-Internal", "true"]] },
  {
    what: "a certificate of the gateway's in a header",
    headers: [["X-Forwarded-Client-Cert", "URI=spiffe://cluster.local/ns/ingress/sa/gatehouse-gateway"]],
  },
  { what: "an empty Authorization header", headers: [["Authorization", ""]] },
  { what: "an unreadable session", headers: [["Cookie", "__Secure-gatehouse=intruder"]] },
];

/** Without identity nobody sees anything, whoever they say that they are. */
export const withNothing: Check = {
  area: "spoofing",
  name: "headers-with-nothing",
  proves:
    "Without a session or a token no identity header, however spelled, and no disguise as a probe or an inner request opens anything.",
  mend: mendForged,
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["echo", "sessions"],
  async run(context) {
    const mark = newMark();
    context.probe.busy("forged headers without identity");
    const claims = [...forgedHeaders(mark, "user@example.com"), ...disguises];
    await inParallel(claims, async ({ what, headers }) => {
      await refusedAs(context, "a program", [["Accept", "application/json"]], what, headers, mark);
      await refusedAs(context, "a browser", [["Accept", "text/html"]], what, headers, mark);
      // A request with any Authorization header is not oauth2-proxy's to refuse, but the token rules'.
      await refusedAs(context, "a program with a password", [["Authorization", "Basic dTpw"]], what, headers, mark);
    });
  },
};

/** Both kinds of answers: a page with the way to sign in, and a plain refusal. */
async function refusedAs(
  { target, probe, signal }: CheckContext,
  who: string,
  accept: HeaderList,
  what: string,
  headers: HeaderList,
  mark: string,
): Promise<void> {
  const answer = await ask(target, echoOf(target), "/", { headers: [...accept, ...headers], signal });
  const refused = [400, 401, 403].includes(answer.status) && seenByBackend({ ...answer, status: 200 }) === undefined;
  probe.expect(
    refused,
    `${what}, as ${who}: refused with ${answer.status}`,
    `${what}, as ${who}: should have been refused with 400, 401 or 403; came ${whatCame(answer)}`,
  );
  const repeated = answer.body.includes(mark) || answer.headers.some(([, value]) => value.includes(mark));
  if (repeated) {
    probe.wrong(`${what}, as ${who}: the refusal repeats what the client said`);
  }
}
