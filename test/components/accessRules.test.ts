import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { everythingInput } from "../../stacks/everything";
import { type AuthorizationSpec, matches, type Request } from "../program/authorization";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, settingsOf } from "../stacks/fixture";

const gate = "kubeflow.example.com";
const dexIssuer = `https://${gate}/dex`;
const cluster = "https://oidc.cluster.example.com";
const https = 8443;

const behindProxyProtocol = () =>
  changed(
    changed(everythingInput, "ingress.trustedRanges", ["10.0.0.0/16"]),
    "ingress.clientAddress.proxyProtocol",
    "required",
  );

/** What becomes of a request, before any route is looked at. */
type Fate =
  /** Nobody asks who it is. */
  | "open"
  /** oauth2-proxy is asked, and without its consent nothing goes on. */
  | "session"
  | "denied"
  | "admitted";

const internal = {
  host: "gatehouse-internal.ingress.svc.cluster.local",
  sni: "gatehouse-internal.ingress.svc.cluster.local",
};

interface Way {
  title: string;
  record: () => Promise<Recording>;
  /** As which ports the rules see the public HTTPS port. */
  ports: readonly number[];
  /** What becomes of plain HTTP should the filter that redirects it not have come first. */
  plain: { port: number; without: Fate; withBadToken: Fate };
  more: Record<string, [action: string, provider: undefined]>;
}

const ways: readonly Way[] = [
  {
    title: "the rules of the gateway",
    record: recordEverything,
    ports: [https],
    plain: { port: 8080, without: "open", withBadToken: "open" },
    more: {},
  },
  {
    title: "the rules of the gateway with the PROXY protocol, whatever port its header names,",
    record: () => recordPlatform(settingsOf(behindProxyProtocol())),
    // As it is at a balancer, as it isn't, and as it must not be.
    ports: [443, 8443, 8080, 8444, 80, 0],
    plain: { port: 80, without: "session", withBadToken: "denied" },
    more: { "trusted-ranges": ["DENY", undefined] },
  },
];

for (const way of ways)
  describe(way.title, () => {
    let recording: Recording;
    let policies: Record<string, AuthorizationSpec>;
    before(async () => {
      recording = await way.record();
      policies = Object.fromEntries(
        recording
          .all<{ spec: AuthorizationSpec }>("AuthorizationPolicy", "ingress")
          .map(({ metadata, spec }) => [metadata.name, spec]),
      );
    });

    /** CUSTOM is looked at before DENY (https://istio.io/latest/docs/concepts/security/#implicit-enablement). */
    const fateOf = (request: Request): Fate => {
      const meets = (action: string) =>
        Object.entries(policies).some(
          // It looks at addresses, which is another matter.
          ([name, policy]) => name !== "trusted-ranges" && policy.action === action && matches(policy, request),
        );
      if (meets("CUSTOM")) {
        return "session";
      }
      if (meets("DENY")) {
        return "denied";
      }
      return request.claims === undefined ? "open" : "admitted";
    };

    it("are one CUSTOM policy and DENY policies, all for the gateway's pods alone", () => {
      assert.deepEqual(
        Object.fromEntries(Object.entries(policies).map(([name, { action, provider }]) => [name, [action, provider]])),
        {
          "app-grafana-d1253bc8dd56": ["DENY", undefined],
          "machine-users": ["DENY", undefined],
          session: ["CUSTOM", { name: "oauth2-proxy" }],
          "require-principal": ["DENY", undefined],
          "known-issuers": ["DENY", undefined],
          "require-user": ["DENY", undefined],
          "machine-clients": ["DENY", undefined],
          "only-people-sign-in": ["DENY", undefined],
          "internal-paths": ["DENY", undefined],
          ...way.more,
        },
      );
      const { labels } = recording.chart("gatehouse-gateway").values as { labels: Record<string, string> };
      for (const { selector } of Object.values(policies)) {
        assert.deepEqual(selector, { matchLabels: { app: "gatehouse-gateway", istio: "gatehouse-gateway" } });
        assert(Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value));
      }
    });

    const person = { iss: dexIssuer, sub: "1", aud: "oauth2-proxy", email: "user@example.com", nonce: "n" };
    const job = {
      iss: dexIssuer,
      sub: "1",
      aud: "ci",
      email: "repo:example/pipelines:ref:refs/heads/main",
      federated_claims: { connector_id: "github-actions", user_id: "repo:example/pipelines:ref:refs/heads/main" },
    };
    const pod = { iss: "https://kubernetes.default.svc.cluster.local", sub: "system:serviceaccount:team:bot" };
    const machine = { iss: cluster, sub: "cluster-b:bot" };
    const bearer = { authorization: "Bearer x" };

    const table: [what: string, request: Partial<Request>, fate: Fate][] = [
      ["a browser without a token", {}, "session"],
      ["a browser on the echo's host", { host: `echo.${gate}` }, "session"],
      ["a browser on a host that nobody serves", { host: "other.example.com" }, "session"],
      ["a browser with a port in its host", { host: `${gate}:443` }, "session"],
      ["sign-in at Dex", { path: "/dex/auth" }, "open"],
      ["sign-in at oauth2-proxy", { path: "/oauth2/callback" }, "open"],
      ["sign-in with a port in its host", { host: `${gate}:443`, path: "/oauth2/start" }, "open"],
      ["sign-in in capitals", { host: gate.toUpperCase(), path: "/dex/" }, "open"],
      ["sign-in with a token of somebody's own", { path: "/dex/token", headers: bearer }, "open"],
      ["/dex without a slash", { path: "/dex" }, "session"],
      ["/oauth2 without a slash", { path: "/oauth2" }, "session"],
      ["/dexter/", { path: "/dexter/" }, "session"],
      ["/DEX/", { path: "/DEX/" }, "session"],
      ["/x/dex/", { path: "/x/dex/" }, "session"],
      ["/logout", { path: "/logout" }, "session"],
      ["/dex/ on the echo's host", { host: `echo.${gate}`, path: "/dex/" }, "session"],
      ["/oauth2/ on the echo's host", { host: `echo.${gate}`, path: "/oauth2/userinfo" }, "session"],
      ["/dex/ on a host that ends like the gate's", { host: `x${gate}`, path: "/dex/" }, "session"],
      ["/dex/ on a host that begins like the gate's", { host: `${gate}.example.org`, path: "/dex/" }, "session"],
      ["/dex/ on the gate's host with a dot at its end", { host: `${gate}.`, path: "/dex/" }, "session"],
      ["/dex/ without a host", { host: "", path: "/dex/" }, "session"],
      ["a token that nobody believes", { headers: bearer }, "denied"],
      ["an Authorization header without a token", { headers: { authorization: "Basic x" } }, "denied"],
      ["an empty Authorization header", { headers: { authorization: "" } }, "denied"],
      [
        "a token that nobody believes on /dex/ of another host",
        { host: `echo.${gate}`, path: "/dex/", headers: bearer },
        "denied",
      ],
      ["a person's token", { headers: bearer, claims: person }, "admitted"],
      ["a person's token on the echo's host", { host: `echo.${gate}`, headers: bearer, claims: person }, "admitted"],
      ["a token of Dex without an e-mail address", { headers: bearer, claims: { iss: dexIssuer, sub: "1" } }, "denied"],
      ["a token of Dex with an empty one", { headers: bearer, claims: { ...person, email: "" } }, "denied"],
      [
        "a person's token for several audiences",
        { headers: bearer, claims: { ...person, aud: ["other", "oauth2-proxy"] } },
        "admitted",
      ],
      ["a token of Dex for no client", { headers: bearer, claims: { ...person, aud: "removed" } }, "denied"],
      [
        "a token of an issuer that is removed",
        { headers: bearer, claims: { iss: "https://removed.example.com", sub: "1", email: "user@example.com" } },
        "denied",
      ],
      ["a machine's token", { headers: bearer, claims: machine }, "admitted"],
      ["a machine's token without a subject", { headers: bearer, claims: { iss: cluster } }, "denied"],
      ["a pod's token", { headers: bearer, claims: pod }, "admitted"],
      ["a pod's token without a subject", { headers: bearer, claims: { iss: pod.iss } }, "denied"],
      ["a job's token", { headers: bearer, claims: job }, "admitted"],
      ["a job's token with its audience in a list", { headers: bearer, claims: { ...job, aud: ["ci"] } }, "admitted"],
      [
        "a person's token that was exchanged by a job's client",
        {
          headers: bearer,
          claims: { ...job, email: "user@example.com", federated_claims: { connector_id: "company" } },
        },
        "denied",
      ],
      [
        "a token of one of a client's users, from a connector that isn't the client's",
        { headers: bearer, claims: { ...job, federated_claims: { connector_id: "company" } } },
        "denied",
      ],
      [
        "a job's token that doesn't say its connector",
        { headers: bearer, claims: { ...job, federated_claims: {} } },
        "denied",
      ],
      [
        "a job's token without federated claims",
        { headers: bearer, claims: { ...job, federated_claims: undefined } },
        "denied",
      ],
      [
        "a token of somebody else's job",
        { headers: bearer, claims: { ...job, email: "repo:other/pipelines:x" } },
        "denied",
      ],
      [
        "a job's token that the gate's own client exchanged",
        { headers: bearer, claims: { ...job, aud: "oauth2-proxy" } },
        "denied",
      ],
      [
        "one that doesn't say its connector",
        { headers: bearer, claims: { ...job, aud: "oauth2-proxy", federated_claims: undefined } },
        "denied",
      ],
      ["a job's token without its user", { headers: bearer, claims: { ...job, email: undefined } }, "denied"],
      ["sign-in of people", { path: "/dex/auth/company" }, "open"],
      ["sign-in with a password", { path: "/dex/auth/local/login" }, "open"],
      ["sign-in with a connector of machines", { path: "/dex/auth/github-actions" }, "denied"],
      ["a step further with it", { path: "/dex/auth/github-actions/login" }, "denied"],
      ["sign-in with a connector that begins like people's", { path: "/dex/auth/company2" }, "denied"],
      ["plain HTTP, which is only redirected", { port: way.plain.port, sni: "" }, way.plain.without],
      ["plain HTTP with a bad token", { port: way.plain.port, sni: "", headers: bearer }, way.plain.withBadToken],
      ["Dex's keys inside", { port: 8444, ...internal, path: "/dex/keys" }, "open"],
      ["Dex's tokens inside", { port: 8444, ...internal, path: "/dex/token" }, "open"],
      ["Dex's tokens inside, by another host", { port: 8444, ...internal, host: gate, path: "/dex/token" }, "open"],
      ["Dex's user information inside", { port: 8444, ...internal, path: "/dex/userinfo" }, "denied"],
      ["anything else inside", { port: 8444, ...internal, path: "/dex/auth" }, "denied"],
      ["a longer path inside", { port: 8444, ...internal, path: "/dex/keys/" }, "denied"],
      ["a path in capitals inside", { port: 8444, ...internal, path: "/dex/KEYS" }, "denied"],
      ["an application inside", { port: 8444, ...internal, path: "/" }, "denied"],
    ];
    for (const [what, request, fate] of table) {
      it(`make "${fate}" of ${what}`, () => {
        for (const port of way.ports) {
          const reached = port === 8444 && !["/dex/keys", "/dex/token"].includes(request.path ?? "/");
          const wanted = reached && request.port === undefined && fate !== "session" ? "denied" : fate;
          assert.equal(fateOf({ port, host: gate, sni: gate, path: "/", ...request }), wanted, String(port));
        }
      });
    }

    it("leave nothing open at the HTTPS port but two paths of one host, whatever the request", () => {
      const host = fc.oneof(
        fc.constantFrom(gate, `${gate}:443`, `${gate}:8443`, `echo.${gate}`, "example.com", `${gate}.`, ""),
        fc.domain(),
      );
      const path = fc.oneof(
        fc.constantFrom(
          "/dex/",
          "/dex",
          "/dex/auth",
          "/oauth2/",
          "/oauth2",
          "/oauth2/sign_in",
          "/Dex/",
          "/x/dex/",
          "/",
        ),
        fc.webPath().map((text) => `/${text}`),
      );
      const headers = fc.constantFrom({}, bearer, { authorization: "" }, { cookie: "x" });
      const claims = fc.constantFrom(undefined, person, machine, { iss: dexIssuer, sub: "1" }, { iss: cluster });
      fc.assert(
        fc.property(host, path, headers, claims, (ofHost, ofPath, ofHeaders, ofClaims) => {
          const signIn =
            (ofHost === gate || ofHost.startsWith(`${gate}:`)) &&
            (ofPath.startsWith("/dex/") || ofPath.startsWith("/oauth2/"));
          const token = "authorization" in ofHeaders;
          const named = ofClaims === person || ofClaims === machine;
          const fate = fateOf({
            port: way.ports[0] ?? https,
            host: ofHost,
            sni: gate,
            path: ofPath,
            headers: ofHeaders,
            claims: ofClaims,
          });
          if (signIn) {
            assert.equal(fate, ofClaims === undefined ? "open" : "admitted");
          } else {
            assert.equal(fate, !token ? "session" : named ? "admitted" : "denied");
          }
        }),
        { numRuns: 500 },
      );
    });

    it("admit a session that oauth2-proxy vouched for like any token", () => {
      // ext_authz has put the token into the request by then, and CUSTOM is not asked twice.
      const [port = https] = way.ports;
      assert.equal(fateOf({ port, host: gate, sni: gate, path: "/", headers: bearer, claims: person }), "admitted");
    });
  });

describe("the rule that everybody has a name", () => {
  const claimsOf = (issuer: string, claim: unknown) => ({ iss: issuer, sub: "1", ...(claim as object) });
  const cases: [userClaim: string, claims: object, denied: boolean][] = [
    ["preferred_username", { preferred_username: "bot" }, false],
    ["preferred_username", { preferred_username: "" }, true],
    ["preferred_username", {}, true],
  ];
  for (const [userClaim, claims, denied] of cases) {
    it(`${denied ? "denies" : "admits"} ${JSON.stringify(claims)} where the claim is ${userClaim}`, async () => {
      const issuer = { name: "a", issuer: cluster, audiences: ["a"], userClaim };
      const recording = await recordPlatform(settingsOf(changed(production(), "machines.issuers", [issuer])));
      const { spec } = recording.object<{ spec: AuthorizationSpec }>("AuthorizationPolicy", "require-user", "ingress");
      const request = { port: https, host: gate, path: "/", headers: { authorization: "Bearer x" } };
      assert.equal(matches(spec, { ...request, claims: claimsOf(cluster, claims) }), denied);
      // Another issuer's tokens are not held to this one's claim.
      assert.equal(matches(spec, { ...request, claims: { iss: dexIssuer, sub: "1", email: "a@example.com" } }), false);
    });
  }
});

describe("the workloads behind the gateway", () => {
  const gatewayPods = "cluster.local/ns/ingress/sa/gatehouse-gateway";
  const workloads: [name: string, namespace: string, port: number][] = [
    ["dex", "auth", 5556],
    ["oauth2-proxy", "auth", 4180],
    ["echo", "gatehouse-echo", 8080],
  ];
  for (const [name, namespace, port] of workloads) {
    it(`let the gateway in to ${name}, at one port, and nobody else`, async () => {
      const { spec } = (await recordEverything()).object<{ spec: AuthorizationSpec }>(
        "AuthorizationPolicy",
        name,
        namespace,
      );
      assert.equal(spec.action, "ALLOW");
      assert.deepEqual(spec.selector, { matchLabels: { "app.kubernetes.io/name": name } });
      const admits = (request: Partial<Request>) => matches(spec, { host: gate, path: "/", port, ...request });
      assert(admits({ principal: gatewayPods }));
      for (const other of ["cluster.local/ns/ingress/sa/default", "cluster.local/ns/auth/sa/dex", `x${gatewayPods}`]) {
        assert(!admits({ principal: other }), other);
      }
      assert(!admits({}), "a client without mutual TLS");
      assert(!admits({ principal: gatewayPods, port: 5558 }), "another port");
      assert(!admits({ principal: gatewayPods, port: 44180 }), "another port");
    });
  }
});
