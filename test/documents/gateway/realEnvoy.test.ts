import { strict as assert } from "node:assert";
import { findEnvoy } from "../../../cli/bench/findEnvoy";
import { bareGate } from "../../../cli/bench/httpFilters";
import { type GatewayFilterArgs } from "../../../documents/gateway/envoyFilter";
import { type RunningEnvoy, runEnvoy } from "./runningEnvoy";

const gate = "kubeflow.example.com";
const domain = "kubeflow-notebooks.example.com";
const lab = `team-a--lab.${domain}`;
const session = "__Secure-gatehouse";

const args: GatewayFilterArgs = {
  ...bareGate(gate),
  signInPaths: ["/oauth2/", "/dex/"],
  // With the filter that reads X-Forwarded-For.
  trustedHops: 1,
  notebooks: {
    domain,
    signInHost: `auth.${domain}`,
    gateway: "ingress/gatehouse-notebooks",
    endings: { notebook: "", tensorboard: "--tensorboard", pvcviewers: "--viewer" },
    asks: "Gatehouse-Notebooks",
    forwardsAuthorization: true,
  },
};

const navigation = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const call = { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };

describe("the gateway's filters in a running Envoy", function () {
  this.timeout(60_000);
  let envoy: RunningEnvoy;
  before(async function () {
    const program = findEnvoy();
    if (program === undefined) {
      console.log("    left out: there is no envoy in PATH, and GATEHOUSE_ENVOY names none");
      this.skip();
    }
    envoy = await runEnvoy(program, args);
  });
  after(() => envoy?.close());

  type Headers = Record<string, string | string[]>;
  const outcomes: [what: string, host: string, path: string, headers: Headers, outcome: string][] = [
    ["a page of the gate", gate, "/jupyter/", {}, "passes"],
    [
      "a notebook's path at the gate",
      gate,
      "/notebook/team-a/lab/x?y=1",
      {},
      `307 https://${lab}/notebook/team-a/lab/x?y=1`,
    ],
    ["one with escaped slashes", gate, "/notebook%2fteam-a%2flab/", {}, `307 https://${lab}/notebook/team-a/lab/`],
    ["one with more slashes", gate, "//notebook///team-a/lab/", {}, `307 https://${lab}/notebook/team-a/lab/`],
    ["one with dots", gate, "/jupyter/../notebook/team-a/lab/", {}, `307 https://${lab}/notebook/team-a/lab/`],
    ["a notebook at its host", lab, "/notebook/team-a/lab/", {}, "passes"],
    ["its root", lab, "/", {}, "302 /notebook/team-a/lab/"],
    ["another notebook by dots", lab, "/notebook/team-a/lab/../other/", {}, "404"],
    ["another notebook by escaped dots", lab, "/notebook/team-a/lab/%2e%2e/other/", {}, "404"],
    ["the pipelines' API at a notebook's host", lab, "/pipeline/apis/v2beta1/runs", {}, "404"],
    ["a host in capitals, with a port", `TEAM-A--LAB.${domain}:443`, "/notebook/team-a/lab/", {}, "passes"],
    ["another port", `${lab}:8443`, "/notebook/team-a/lab/", {}, "421"],
    ["a link from elsewhere", lab, "/notebook/team-a/lab/", navigation, "passes"],
    ["a call of another notebook's page", lab, "/notebook/team-a/lab/api/kernels", call, "403"],
    ["the same with a bearer token", lab, "/notebook/team-a/lab/", { ...call, authorization: "Bearer x" }, "403"],
    ["a call of a notebook's page at the gate", gate, "/pipeline/", call, "403"],
    [
      "a websocket of another notebook's page",
      lab,
      "/notebook/team-a/lab/api/kernels/1/channels",
      { upgrade: "websocket", connection: "upgrade", origin: `https://team-b--evil.${domain}` },
      "403",
    ],
    [
      "a page after a sign-out",
      gate,
      "/",
      { ...navigation, cookie: "__Host-gatehouse-signed-out=1" },
      `302 https://auth.${domain}/oauth2/sign_out`,
    ],
    [
      "the way back from sign-in",
      `auth.${domain}`,
      "/gatehouse/return/notebook/team-a/lab/x",
      {},
      `302 https://${lab}/notebook/team-a/lab/x`,
    ],
    ["a way back that leads away", `auth.${domain}`, "/gatehouse/return//evil.example.org/a/b", {}, "404"],
    ["an address of the pipelines' proxy", gate, "/pipeline/apis/v1beta1/_proxy/http://evil.example.org/", {}, "403"],
    ["the same with escapes", gate, "/pipeline/apis/v1beta1/%5fproxy/http:%2f%2fevil.example.org/", {}, "403"],
    ["a TensorBoard of the pipelines' UI", gate, "/pipeline/apps/tensorboard/proxy/a/", {}, "403"],
    ["an artifact without a namespace", gate, "/pipeline/artifacts/get?key=a", {}, "403"],
  ];
  for (const [what, host, path, headers, outcome] of outcomes) {
    it(`make "${outcome}" of ${what}`, async () => {
      const { status, headers: answered, passed } = await envoy.ask(host, path, headers);
      const seen =
        passed !== undefined ? "passes" : [status, answered.location].filter((part) => part !== undefined).join(" ");
      assert.equal(seen, outcome);
      assert.equal(answered["strict-transport-security"], "max-age=300");
    });
  }

  it("keep the session from a notebook, and give it every other cookie byte for byte, and what else it may have", async () => {
    const { passed } = await envoy.ask(lab, "/notebook/team-a/lab/", {
      cookie: `a="b c"; ${session}=x; ${session}_csrf=y; c=d=; ;${session}s=z`,
      authorization: "token abc",
      "kubeflow-userid": "forged@example.com",
    });
    assert.equal(passed?.headers.cookie, `a="b c"; c=d=; ;${session}s=z`);
    assert.equal(passed.headers.authorization, "token abc");
    assert.equal(passed.headers["kubeflow-userid"], undefined);
    assert.equal(passed.headers.host, lab);
  });

  it("take a session for none that is two, and have the browser forget both", async () => {
    const { headers, passed } = await envoy.ask(gate, "/pipeline/", { cookie: `a=1; ${session}=x; ${session}=y` });
    assert.equal(passed?.headers.cookie, "a=1");
    assert.equal(headers["clear-site-data"], '"cookies"');
  });

  it("let service workers be wider at a notebook's own host alone", async () => {
    const at = async (host: string, path: string) => (await envoy.ask(host, path)).headers["service-worker-allowed"];
    assert.equal(await at(lab, "/notebook/team-a/lab/sw.js"), "/");
    assert.equal(await at(gate, "/pipeline/sw.js"), undefined);
    assert.equal(await at(`auth.${domain}`, "/oauth2/start"), undefined);
  });

  it("take a Referer of the pipelines' proxy away", async () => {
    const { passed } = await envoy.ask(gate, "/pipeline/?a=b", {
      referer: "https://gate.invalid/pipeline/apis/v1/_proxy/http://x/",
    });
    assert.equal(passed?.headers.referer, undefined);
  });

  it("take from a notebook's answer what would reach other hosts", async () => {
    const { headers } = await envoy.ask(lab, "/notebook/team-a/lab/");
    assert.deepEqual(headers["set-cookie"], ["mine=1"]);
    assert.equal(headers["content-security-policy"], "frame-ancestors 'self'");
  });

  it("let nobody but the gate's host begin a sign-in there, and mark its end", async () => {
    const { headers, passed } = await envoy.ask(gate, "/oauth2/callback?code=c", {
      cookie: `${session}_x_csrf=theirs; a="b c"; __Host-${session}_x_csrf=own`,
    });
    assert.equal(passed?.headers.cookie, `a="b c"; ${session}_x_csrf=own`);
    assert.deepEqual(headers["set-cookie"], [
      `${session}=planted`,
      `__Host-${session}_x_csrf=begun; Path=/; Secure`,
      "mine=1; Domain=example.com",
      "__Host-gatehouse-signed-in=begun-planted; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax",
    ]);
  });

  it("keep a session from oauth2-proxy that nobody got at the gate", async () => {
    const seen = async (cookie: string) =>
      (await envoy.ask(gate, "/oauth2/userinfo", { cookie })).passed?.headers.cookie;
    assert.equal(await seen(`a=1; ${session}=planted`), "a=1");
    for (const mark of ["begun-own", "sub-somebody"]) {
      const own = `a=1; ${session}=own; __Host-gatehouse-signed-in=${mark}`;
      assert.equal(await seen(own), own);
    }
    assert.equal(
      await seen(`a=1; ${session}=planted; =__Host-gatehouse-signed-in=sub-a`),
      "a=1; =__Host-gatehouse-signed-in=sub-a",
    );
  });

  it("answer a header and a path of 50 KB at once, and keep nothing of them", async () => {
    const long = 50_000;
    const cookies = [" ".repeat(long), "=".repeat(long), ";".repeat(long), `${session}=${"a ".repeat(long / 2)}`];
    const hostile: [host: string, path: string, headers: Headers][] = [
      ...cookies.flatMap((cookie): [string, string, Headers][] => [
        [lab, "/notebook/team-a/lab/", { cookie }],
        [gate, "/", { ...navigation, cookie: `__Host-gatehouse-signed-out; ${cookie}` }],
      ]),
      [gate, `/notebook/${"a".repeat(long)}/b/`, {}],
      [lab, `/notebook/team-a/${"-".repeat(long)}`, {}],
      [`${"a-".repeat(long / 2)}.${domain}`, "/", {}],
      [lab, "/notebook/team-a/lab/", { authorization: `x ${"eyJ".repeat(long / 3)}` }],
      ...["x-forwarded-for", "referer", "origin", "sec-purpose"].flatMap((name) =>
        [`a${" ".repeat(long)}b`, `${" ,".repeat(long / 2)}a`, "/apis/_proxy/http:".repeat(long / 18)].map(
          (text): [string, string, Headers] => [gate, "/pipeline/apis/v2beta1/runs", { [name]: text }],
        ),
      ),
    ];
    const round = async () => {
      for (const [host, path, headers] of hostile) {
        const begun = performance.now();
        const { status } = await envoy.ask(host, path, headers);
        const took = performance.now() - begun;
        assert(status !== 500 && took < 1000, `${host.slice(0, 40)}${path.slice(0, 40)}: ${status} after ${took} ms`);
      }
    };
    await round();
    const before_ = envoy.memory();
    for (let count = 0; count < 10; count += 1) {
      await round();
    }
    const grown = (envoy.memory() - before_) / 2 ** 20;
    assert(grown < 64, `${grown} MiB more after ${10 * hostile.length} requests`);
  });
});
