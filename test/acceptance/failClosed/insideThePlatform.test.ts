import assert from "node:assert/strict";
import { forwarderConfig, noAnswer, type Way, wayHeader } from "../../../acceptance/checks/failClosed/inside/forwarder";
import { type Inside, judge, type Stage } from "../../../acceptance/checks/failClosed/inside/judge";
import { internalWay, partsOf } from "../../../acceptance/checks/failClosed/inside/ways";
import { insideThePlatform } from "../../../acceptance/checks/failClosed/insideThePlatform";
import { type Target } from "../../../acceptance/check";
import { type Answer } from "../../../acceptance/http/request";
import { RecordingProbe } from "../../../acceptance/recordingProbe";
import { type FakePlatform, fakePlatform, outcomeOf } from "../cluster/fakePlatform";
import { echoed } from "../tokens/gateway";

/** Ways in which the inside can be wrong. */
interface Inner {
  /** Sidecars read plain HTTP, and refuse by their rules only then. */
  permissive?: boolean;
  /** The part whose rules let every principal in. */
  open?: string;
  /** The internal port has no rule of its own. */
  noInternalRule?: boolean;
  /** The internal port leads to Dex's form. */
  routesDex?: boolean;
  /** Other hosts are served at the internal port. */
  everyHost?: boolean;
  noKeys?: boolean;
  /** No pod of the suite gets to a pod of the platform. */
  unreachable?: boolean;
}

const targets = [
  ["auth", "dex", 5556],
  ["auth", "oauth2-proxy", 4180],
  ["auth", "oauth2-proxy-notebooks", 4180],
  ["gatehouse-echo", "echo", 8080],
].map(([namespace, part, port], index) => ({
  namespace: String(namespace),
  part: String(part),
  title: "",
  address: `10.0.0.${index}`,
  port: Number(port),
  listed: false,
}));

const answer = (status: number, body = ""): Answer => ({ status, headers: [], body, certificate: undefined });

function answerOf(inner: Inner, from: string, way: Way, { method, path, headers = [] }: Inside): Answer {
  if (inner.unreachable === true) {
    return answer(503, `${noAnswer}UF`);
  }
  if (way.name === "gatehouse-internal") {
    const named = headers.find(([name]) => name === "Host")?.[1];
    const allowed = path === "/dex/keys" || path === "/dex/token";
    if (!allowed && inner.noInternalRule !== true && !(inner.routesDex === true && path.startsWith("/dex/"))) {
      return answer(403);
    }
    if ((named !== undefined && inner.everyHost !== true) || !path.startsWith("/dex/")) {
      return answer(404);
    }
    return method === "POST" ? answer(400) : answer(200, inner.noKeys === true ? "{}" : '{"keys":[{}]}');
  }
  if (way.name.endsWith("-health")) {
    return answer(200);
  }
  if (from === "outsideMesh") {
    return inner.permissive === true ? answer(403) : answer(503, `${noAnswer}UC`);
  }
  return inner.open === way.name ? answer(200, (echoed([]) as { body: string }).body) : answer(403);
}

const target = {
  gate: new URL("https://kubeflow.example.com"),
  echo: new URL("https://echo.kubeflow.example.com"),
} as Target;
const withNotebooks: Target = {
  ...target,
  notebooks: {
    domain: "kubeflow-notebooks.example.com",
    signInHost: new URL("https://auth.kubeflow-notebooks.example.com"),
    authorization: false,
  },
};

const stageOf = (inner: Inner): Stage => ({
  ask: (from, way, request) => Promise.resolve(answerOf(inner, from, way, request)),
  parts: partsOf(withNotebooks, targets),
  internal: internalWay("a CA"),
  hosts: ["kubeflow.example.com"],
});

describe("what a pod inside the platform's network gets", () => {
  const judged = async (inner: Inner) => {
    const probe = new RecordingProbe({ directory: "." });
    await judge(stageOf(inner), probe);
    return probe;
  };

  it("is nothing, where the rules hold", async () => {
    const { faults, right } = await judged({});
    assert.deepEqual(faults, []);
    for (const part of ["dex", "oauth2-proxy", "oauth2-proxy-notebooks", "echo"]) {
      assert.ok(right.some((text) => text.startsWith(`${part} closes plain HTTP`)));
      assert.ok(right.some((text) => text.startsWith(`${part} refuses `)));
    }
  });

  const wrong: [what: string, inner: Inner, said: RegExp][] = [
    ["plain HTTP is read", { permissive: true }, /^dex should close a connection of plain HTTP .* came status 403/m],
    ["every principal may ask Dex", { open: "dex" }, /^dex should refuse \/dex\/auth with 403 to a pod of the mesh/m],
    ["every principal may ask oauth2-proxy", { open: "oauth2-proxy" }, /^oauth2-proxy should refuse .* with 403/m],
    [
      "every principal may ask the notebooks' oauth2-proxy",
      { open: "oauth2-proxy-notebooks" },
      /^oauth2-proxy-notebooks should refuse .* with 403/m,
    ],
    ["every principal may ask the echo", { open: "echo" }, /^echo should refuse \/ with 403/m],
    ["the internal port has no rule", { noInternalRule: true }, /8444 should refuse \/ with 403; came status 404/],
    ["the internal port leads to Dex's form", { routesDex: true }, /8444 should refuse \/dex\/auth with 403; came/],
    ["the internal port serves other hosts", { everyHost: true }, /8444 should refuse \/dex\/keys of the host kub/],
    ["the internal port gives no keys", { noKeys: true }, /8444 should give Dex's keys/],
  ];
  for (const [what, inner, said] of wrong) {
    it(`is told where ${what}`, async () => {
      assert.match((await judged(inner)).faults.join("\n"), said);
    });
  }

  it("is not known where a pod is not reached", async () => {
    const stage = stageOf({});
    const ask: Stage["ask"] = (from, way, request) =>
      way.name === "dex-health" ? Promise.resolve(answer(503, `${noAnswer}UF`)) : stage.ask(from, way, request);
    await assert.rejects(
      judge({ ...stage, ask }, new RecordingProbe({ directory: "." })),
      /should reach the pod of dex at its health port; came status 503.*UF.*nothing is known of port 5556/,
    );
  });

  it("is asked of the parts that are there", () => {
    const none = { ...target, absent: new Set(["oauth2-proxy"]), echo: undefined } as unknown as Target;
    assert.deepEqual(
      partsOf(none, targets).map(({ way }) => way.name),
      ["dex"],
    );
    // The notebooks' is the same program.
    const hosts = { ...withNotebooks, absent: new Set(["oauth2-proxy"]), echo: undefined } as unknown as Target;
    const ofDex = targets.filter(({ part }) => part === "dex");
    assert.deepEqual(
      partsOf(hosts, ofDex).map(({ way }) => way.name),
      ["dex"],
    );
    const health = (one: Target) => partsOf(one, targets).map(({ way, health: { host } }) => `${way.name} ${host}`);
    assert.deepEqual(health(target), ["dex 10.0.0.0", "oauth2-proxy 10.0.0.1", "echo 10.0.0.3"]);
    assert.deepEqual(health(withNotebooks).slice(1, 3), ["oauth2-proxy 10.0.0.1", "oauth2-proxy-notebooks 10.0.0.2"]);
    assert.throws(() => partsOf(target, []), /no pod of dex in auth is ready/);
  });

  it("is asked by an Envoy that takes its own header off and verifies the internal host's certificate", () => {
    const config = forwarderConfig([internalWay("a CA")]);
    assert.match(config, new RegExp(`request_headers_to_remove:\\s+- ${wayHeader}`));
    assert.match(config, /sni: gatehouse-internal\.ingress\.svc\.cluster\.local/);
    assert.match(config, /inline_string: a CA/);
  });
});

describe("the check of the platform's inside", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const outcome = async (inner: Inner) => {
    platform = await fakePlatform();
    const { cluster } = platform;
    cluster.pods.clear();
    cluster.secret("auth", "gatehouse-ca", { "ca.crt": "a CA" });
    const everyone: [namespace: string, labels: Record<string, string>][] = [
      ["cert-manager", { "app.kubernetes.io/component": "controller" }],
      ["cert-manager", { "app.kubernetes.io/component": "cainjector" }],
      ["cert-manager", { "app.kubernetes.io/component": "webhook" }],
      ["istio-system", { app: "istiod" }],
      ["istio-cni", { "k8s-app": "istio-cni-node" }],
      ["ingress", { app: "gatehouse-gateway", istio: "gatehouse-gateway" }],
      ["auth", { "app.kubernetes.io/name": "dex" }],
      ["auth", { "app.kubernetes.io/name": "oauth2-proxy" }],
      ["gatehouse-echo", { "app.kubernetes.io/name": "echo" }],
    ];
    for (const [index, [namespace, labels]] of everyone.entries()) {
      const name = `part-${index}`;
      const status = { podIP: `10.0.0.${index}`, conditions: [{ type: "Ready", status: "True" }] };
      cluster.pods.set(name, { metadata: { name, namespace, uid: name, labels }, status });
    }
    const policies = () => [...cluster.made.keys()].filter((path) => path.includes("/networkpolicies/")).length;
    const check = insideThePlatform(
      () =>
        Promise.resolve({
          // Without a policy that lets it in, the pod reaches nothing.
          ask: (from, way, request) =>
            Promise.resolve(
              answerOf({ ...inner, unreachable: policies() < 3 || inner.unreachable }, from, way, request),
            ),
          close: () => Promise.resolve(),
        }),
      50,
    );
    const said = await outcomeOf(platform, (context) => check.run(context));
    return { ...said, left: [...cluster.made.keys()] };
  };

  it("passes on a right deployment, and leaves nothing behind", async () => {
    const { faults, tried, left } = await outcome({});
    assert.deepEqual(faults, []);
    assert.ok(tried > 50);
    assert.deepEqual(
      left.filter((path) => !path.includes("/namespaces/gatehouse-verify-")),
      [],
    );
  });

  it("fails where the network lets nobody in, and leaves nothing behind", async () => {
    const { faults, left } = await outcome({ unreachable: true });
    assert.match(faults.join("\n"), /in vain: the network lets the suite's pods in to dex.*came 503/);
    assert.deepEqual(
      left.filter((path) => path.includes("/networkpolicies/")),
      [],
    );
  });
});
