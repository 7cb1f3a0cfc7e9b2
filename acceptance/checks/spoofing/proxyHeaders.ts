import { atProvider } from "../../signIn/provider";
import { type Check, type CheckContext } from "../../check";
import { type Answer, ask, header, type HeaderList } from "../../http/request";
import { askEcho } from "../../tokens/ask";
import { echoOf } from "../../tokens/parts";
import { isRefused } from "../../tokens/refusal";
import { type Credential, sessionOf } from "./credentials";
import { newMark } from "./forgedHeaders";
import { folded, headerLines } from "./headerLines";
import { faultOf } from "./verdict";

/** Headers with which proxies talk to each other, and which a client may send as well. */
export const proxyHeaders: Check = {
  area: "spoofing",
  name: "proxy-headers",
  proves:
    "What a client sends as a proxy's word (x-forwarded-client-cert, x-envoy-*, x-forwarded-host and the like) neither reaches an application as the mesh's word, nor leads a sign-in elsewhere, nor opens anything.",
  mend: "The gateway is the edge: Envoy must run with `use_remote_address` and without `skip_xff_append`, forward no client certificate (`gatewayTopology.forwardClientCertDetails` SANITIZE_SET), and oauth2-proxy with `reverse_proxy = false`.",
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: ["user", "echo", "sessions"],
  async run(context) {
    const session = await sessionOf(context);
    await meshWords(context, session);
    await otherPlaces(context, session);
  },
};

const certificate = "x-forwarded-client-cert";
const envoyHeaders = [
  "original-path",
  "original-host",
  "original-dst-host",
  "decorator-operation",
  "peer-metadata",
  "peer-metadata-id",
  "downstream-service-cluster",
  "downstream-service-node",
  "external-address",
  "ip-tags",
  "upstream-alt-stat-name",
  "expected-rq-timeout-ms",
  "retry-on",
].map((name) => `x-envoy-${name}`);

/** The mesh's own headers: an application may believe them, so a client must not write them. */
async function meshWords(context: CheckContext, { headers, identity }: Credential): Promise<void> {
  const { probe } = context;
  const mark = newMark();
  const forged: [what: string, headers: HeaderList][] = [
    [certificate, [[certificate, `By=spiffe://x;Hash=0;URI=spiffe://cluster.local/ns/ingress/sa/${mark}`]]],
    [`${certificate} in upper case`, [[certificate.toUpperCase(), `URI=spiffe://${mark}`]]],
    [
      `${certificate} twice`,
      [
        [certificate, `URI=spiffe://${mark}`],
        [certificate, `URI=spiffe://other-${mark}`],
      ],
    ],
    [`${certificate} with underscores`, [[certificate.replaceAll("-", "_"), `URI=spiffe://${mark}`]]],
    ["x-envoy-*", envoyHeaders.map((name) => [name, mark] as const)],
    ["x-envoy-internal", [["x-envoy-internal", "true"]]],
    [
      "x-envoy-upstream-rq-timeout-ms",
      [
        ["x-envoy-upstream-rq-timeout-ms", "1"],
        ["x-envoy-upstream-rq-per-try-timeout-ms", "1"],
      ],
    ],
  ];
  for (const [what, sent] of forged) {
    const answer = await askEcho(context, [...headers, ...sent]);
    const fault = faultOf(answer, identity, mark);
    const believed =
      fault ??
      headerLines(answer).find(({ name, value }) => folded(name) === "x-envoy-internal" && value === "true")?.name;
    probe.expect(
      believed === undefined,
      `${what}: the application saw nothing of it`,
      `${what}: the application should have seen ${identity.user} and nothing that the client said; came ${believed ?? ""}`,
    );
  }
}

/** Other places than the one that was asked for: a redirect, a cookie or a link to one would hand a sign-in to a stranger. */
async function otherPlaces(context: CheckContext, { headers, identity }: Credential): Promise<void> {
  const { target, probe, signal } = context;
  const mark = newMark();
  const host = `${mark}.example.org`;
  const forged: [what: string, headers: HeaderList][] = [
    ["X-Forwarded-Host", [["X-Forwarded-Host", host]]],
    [
      "X-Forwarded-Proto: http",
      [
        ["X-Forwarded-Proto", "http"],
        ["X-Forwarded-Scheme", "http"],
        ["X-Forwarded-Port", "80"],
      ],
    ],
    ["X-Forwarded-Prefix", [["X-Forwarded-Prefix", `/${mark}`]]],
    ["Forwarded", [["Forwarded", `host=${host};proto=http;for=127.0.0.1`]]],
    [
      "X-Host and the like",
      [
        ["X-Host", host],
        ["X-Original-Host", host],
        ["X-Forwarded-Server", host],
        ["X-HTTP-Host-Override", host],
      ],
    ],
    ["X-Auth-Request-Redirect", [["X-Auth-Request-Redirect", `https://${host}/`]]],
    [
      "X-Forwarded-Uri",
      [
        ["X-Forwarded-Uri", `//${host}/`],
        ["X-Original-URL", `//${host}/`],
        ["X-Rewrite-URL", `//${host}/`],
      ],
    ],
  ];
  const page: HeaderList = [["Accept", "text/html"]];
  for (const [what, sent] of forged) {
    probe.busy(what);
    const inside = await ask(target, echoOf(target), "/", { headers: [...page, ...headers, ...sent], signal });
    const believed = headerLines(inside).find(({ name, value }) => name === "x-forwarded-proto" && value !== "https");
    probe.expect(
      inside.status === 200 && header(inside, "location") === undefined && believed === undefined,
      `${what} with a session: ${identity.user} gets the page`,
      `${what} with a session: ${identity.user} should have got the page, over https for the application; came ${inside.status}${believed === undefined ? "" : " over http"}`,
    );
    const outside = await ask(target, echoOf(target), "/", { headers: [...page, ...sent], signal });
    probe.expect(
      isRefused(outside),
      `${what} without identity: refused`,
      `${what} without identity: should have been refused; came ${outside.status}`,
    );
    stays(context, outside, mark, `${what} at the sign-in page`);
    const start = await ask(target, target.gate, "/oauth2/start?rd=%2F", { headers: [...page, ...sent], signal });
    const to = header(start, "location");
    const leads = to === undefined ? undefined : new URL(to, target.gate);
    probe.expect(
      leads?.origin === atProvider(target, "").origin &&
        new URL(leads.searchParams.get("redirect_uri") ?? "none:").origin === target.gate.origin,
      `${what} at the start of a sign-in: it leads to the provider and back to the gate`,
      `${what} at the start of a sign-in: should have led to the provider, which is the gate's own Dex unless another one was named, and back to the gate; came ${start.status} to ${leads?.origin ?? "nowhere"}`,
    );
    stays(context, start, mark, `${what} at the start of a sign-in`);
    if (target.provider !== undefined) {
      continue;
    }
    const discovery = await ask(target, target.gate, "/dex/.well-known/openid-configuration", {
      headers: sent,
      signal,
    });
    probe.expect(
      discovery.status === 200,
      `${what} at Dex: it answers`,
      `${what} at Dex: should have answered 200; came ${discovery.status}`,
    );
    stays(context, discovery, mark, `${what} at Dex`);
  }
}

function stays({ probe }: CheckContext, answer: Answer, mark: string, what: string): void {
  const repeated = answer.body.includes(mark) || answer.headers.some(([, value]) => value.includes(mark));
  probe.expect(
    !repeated,
    `${what}: nothing of it comes back`,
    `${what}: the answer repeats the place that the client named`,
  );
}
