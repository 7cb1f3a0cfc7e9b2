import { strict as assert } from "node:assert";
import { findEnvoy } from "../../../cli/bench/findEnvoy";
import { bareGate } from "../../../cli/bench/httpFilters";
import { lua } from "../../../documents/gateway/configPatch";
import { type GatewayFilterArgs } from "../../../documents/gateway/envoyFilter";
import { cookieLength, type RunningEnvoy, runEnvoy } from "./runningEnvoy";

const gate = "kubeflow.example.com";
const session = "__Secure-gatehouse";
const issuer = "https://id.example.com";
const cluster = "https://cluster.example.com";
const mark = "__Host-gatehouse-signed-in";

const args: GatewayFilterArgs = {
  ...bareGate(gate),
  groupsClaims: { [issuer]: "groups" },
  userPrefixes: { [cluster]: "cluster:" },
  userClaims: { [cluster]: "sub" },
  verifiedEmailsOf: issuer,
  challenges: true,
};

/** Claims that Istio's own filter would have verified, by a request's header that names them. */
const claims = {
  name: "claims",
  typed_config: lua(`
local claims = {
  person = { iss = "${issuer}", sub = "Ada L.", email_verified = true, groups = { "a", "b,c", "d\\n", "", " e", "f g", 5 } },
  text = { iss = "${issuer}", sub = "x", groups = "one" },
  unverified = { iss = "${issuer}", sub = "x", email_verified = false },
  elsewhere = { iss = "https://other.example.com", sub = "x", groups = { "a" }, email_verified = false },
  machine = { iss = "${cluster}", sub = "system:serviceaccount:a:b" },
  list = { iss = "${cluster}", sub = { "a" } },
  control = { iss = "${cluster}", sub = "a\\r\\nb" },
}
function envoy_on_request(handle)
  local which = handle:headers():get("x-claims")
  if which then
    handle:streamInfo():dynamicMetadata():set("envoy.filters.http.jwt_authn", "payload", claims[which])
  end
end
`),
};

describe("the gateway's filters in a running Envoy, for verified claims", function () {
  this.timeout(60_000);
  let envoy: RunningEnvoy;
  before(async function () {
    const program = findEnvoy();
    if (program === undefined) {
      this.skip();
    }
    envoy = await runEnvoy(program, args, { between: [claims] });
  });
  after(() => envoy?.close());

  const as = (who: string, headers: Record<string, string> = {}) =>
    envoy.ask(gate, "/pipeline/", { "x-claims": who, "kubeflow-groups": "forged", ...headers });

  it("write the groups that are names, and none of another issuer", async () => {
    const groupsOf = async (who: string) => (await as(who)).passed?.headers["kubeflow-groups"];
    assert.equal(await groupsOf("person"), "a,f g");
    assert.equal(await groupsOf("text"), "one");
    assert.equal(await groupsOf("elsewhere"), undefined);
    assert.equal(await groupsOf("machine"), undefined);
  });

  it("write a machine's name with its issuer's prefix, and refuse what is no name", async () => {
    assert.equal((await as("machine")).passed?.headers["kubeflow-userid"], "cluster:system:serviceaccount:a:b");
    for (const who of ["list", "control"]) {
      const { status, passed } = await as(who);
      assert.deepEqual([status, passed], [403, undefined], who);
    }
  });

  it("refuse a person of the provider whose address is not verified, and nobody of another", async () => {
    assert.equal((await as("unverified")).status, 403);
    for (const who of ["person", "text", "elsewhere"]) {
      assert.equal((await as(who)).status, 200, who);
    }
  });

  it("learn at the first request whose the session is that was got here, and refuse another's afterwards", async () => {
    const with_ = (value: string, who = "person") => as(who, { cookie: `${session}=own; ${mark}=${value}` });
    const learned = await with_("begun-own");
    const cookie = (learned.headers["set-cookie"] ?? []).find((each) => each.startsWith(mark)) ?? "";
    assert.match(cookie, /=sub-Ada%20L%2E; Path=\/; Max-Age=34560000; Secure; HttpOnly; SameSite=Lax$/);
    const known = await with_("sub-Ada%20L%2E");
    assert.equal(known.status, 200);
    assert.ok(!(known.headers["set-cookie"] ?? []).some((each) => each.startsWith(mark)));
    const other = await with_("sub-Ada%20L%2E", "text");
    assert.deepEqual([other.status, other.passed], [403, undefined]);
    assert.equal(other.headers["clear-site-data"], '"cookies"');
  });

  it("take no time and no memory for cookies of 15 KB that an application sets", async () => {
    const round = async () => {
      const begun = performance.now();
      const { status } = await as("person", { [cookieLength]: "15000" });
      assert.ok(status === 200 && performance.now() - begun < 1000, `${status} after ${performance.now() - begun} ms`);
    };
    await round();
    const before_ = envoy.memory();
    for (let count = 0; count < 50; count += 1) {
      await round();
    }
    const grown = (envoy.memory() - before_) / 2 ** 20;
    assert.ok(grown < 64, `${grown} MiB more`);
  });
});

describe("the gateway's filters in a running Envoy, at port 80", function () {
  this.timeout(60_000);
  let envoy: RunningEnvoy;
  before(async function () {
    const program = findEnvoy();
    if (program === undefined) {
      this.skip();
    }
    envoy = await runEnvoy(program, args, { port: "http" });
  });
  after(() => envoy?.close());

  const token = "a".repeat(43);
  const outcomes: [what: string, host: string, path: string, outcome: string][] = [
    ["a page of the gate", gate, "/a?b=c", `301 https://${gate}/a?b=c`],
    ["an application's, in capitals and with a port", "MLflow.Kubeflow.Example.com:80", "/", "301 https://mlflow.kubeflow.example.com/"], // prettier-ignore
    ["a host that is nobody's", "evil.example.com", "/", "404"],
    ["a name that isn't one", `a_b.${gate}`, "/", "404"],
    ["a challenge of ACME", gate, `/.well-known/acme-challenge/${token}`, "passes"],
    ["what only resembles one", gate, `/.well-known/acme-challenge/${token}/x`, "301"],
    ["a challenge with a query", gate, `/.well-known/acme-challenge/${token}?a`, "301"],
  ];
  for (const [what, host, path, outcome] of outcomes) {
    it(`make ${JSON.stringify(outcome)} of ${what}`, async () => {
      const { status, headers, passed } = await envoy.ask(host, path);
      const came = passed === undefined ? `${status} ${headers.location ?? ""}`.trim() : "passes";
      assert.ok(came === outcome || (outcome === "301" && came.startsWith("301 ")), came);
    });
  }
});
