import assert from "node:assert/strict";
import fc from "fast-check";
import { patchesOf } from "../../../policy/readers/envoyFilter";
import { luaAbuses } from "../../../policy/readers/luaIdentity";
import { covers, meet, type Reach, reachOf, reachOfPod } from "../../../policy/readers/istioReach";
import { meshConfigsOf } from "../../../policy/readers/istioMesh";
import { istiodEnvsOf } from "../../../policy/readers/istiodEnv";
import { type Manifest } from "../../../policy/manifest";
import { memberOf } from "../../../policy/rule";
import { context } from "../support";

const root = context.settings.rootNamespace;
const labels = fc.dictionary(fc.constantFrom("app", "istio"), fc.constantFrom("a", "b"), { maxKeys: 2 });
const namespaces = [root, "ingress", "team"];

/** A policy by its namespace and its labels. */
const policy = fc.record({ namespace: fc.constantFrom(...namespaces), labels });

function reach({ namespace, labels: matchLabels }: { namespace: string; labels: Record<string, string> }): Reach {
  const manifest: Manifest = {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "a", namespace },
    spec: { selector: { matchLabels } },
  };
  return reachOf(
    memberOf(manifest, () => "default"),
    context,
  );
}

/** Whether Istio applies a policy to a pod: it lies beside it or in the root namespace, and the pod has all of its labels. */
function applies(given: Reach, namespace: string, pod: Readonly<Record<string, string>>): boolean {
  const isNear = given.namespace === root || given.namespace === namespace;
  return isNear && Object.entries(given.labels).every(([key, value]) => pod[key] === value);
}

/** Every pod that can be told apart by what the policies above ask for. */
const pods = namespaces.flatMap((namespace) =>
  [undefined, "a", "b"].flatMap((app) =>
    [undefined, "a", "b"].map((istio) => ({
      namespace,
      labels: { ...(app === undefined ? {} : { app }), ...(istio === undefined ? {} : { istio }) },
    })),
  ),
);

describe("what an object of Istio is about", () => {
  it("covers another exactly when it applies to every pod of the other", () => {
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const [wide, narrow] = [reach(one), reach(other)];
        const all = pods
          .filter((pod) => applies(narrow, pod.namespace, pod.labels))
          .every((pod) => applies(wide, pod.namespace, pod.labels));
        assert.equal(covers(wide, narrow), all);
      }),
      { numRuns: 2000 },
    );
  });

  it("covers a pod exactly when it applies to it", () => {
    fc.assert(
      fc.property(policy, fc.constantFrom(...pods), (given, pod) => {
        const wide = reach(given);
        assert.equal(covers(wide, reachOfPod(pod.namespace, pod.labels)), applies(wide, pod.namespace, pod.labels));
      }),
      { numRuns: 500 },
    );
  });

  it("covers itself, and what covers is passed on", () => {
    fc.assert(
      fc.property(policy, policy, policy, (first, second, third) => {
        const [a, b, c] = [reach(first), reach(second), reach(third)];
        assert.ok(covers(a, a));
        assert.ok(!(covers(a, b) && covers(b, c)) || covers(a, c));
        assert.equal(meet(a, b), meet(b, a));
      }),
      { numRuns: 1000 },
    );
  });

  it("is told by targets in the object's own namespace", () => {
    const attached = (namespace: string, ...targets: string[]): Reach => ({
      ...reach({ namespace, labels: {} }),
      targets,
    });
    assert.ok(covers(attached("ingress", "Gateway/a", "Gateway/b"), attached("ingress", "Gateway/a")));
    assert.ok(!covers(attached("ingress", "Gateway/a"), attached("ingress", "Gateway/a", "Gateway/b")));
    assert.ok(!covers(attached("team", "Gateway/a"), attached("ingress", "Gateway/a")));
    assert.ok(!covers(attached("ingress", "Gateway/a"), reach({ namespace: "ingress", labels: { app: "a" } })));
    assert.ok(covers(reach({ namespace: "ingress", labels: {} }), attached("ingress", "Gateway/a")));
    assert.ok(!covers(reach({ namespace: "ingress", labels: { app: "a" } }), attached("ingress", "Gateway/a")));
  });
});

describe("Istio's mesh configuration", () => {
  const configMap = (name: string, mesh: string): Manifest => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: root },
    data: { mesh, meshNetworks: "networks: {}" },
  });

  it("is known by its ConfigMap's name, or by a field of its own", () => {
    assert.equal(meshConfigsOf(configMap("istio", "{}")).length, 1);
    assert.equal(meshConfigsOf(configMap("istio-canary", "{}")).length, 1);
    assert.equal(meshConfigsOf(configMap("shared", "trustDomain: a\n")).length, 1);
    assert.equal(meshConfigsOf(configMap("shared", "trust_domain: a\n")).length, 1);
    assert.equal(meshConfigsOf(configMap("shared", "size: 4\n")).length, 0);
  });

  it("is not there in an object that holds none", () => {
    assert.deepEqual(meshConfigsOf({ apiVersion: "v1", kind: "Secret", data: { mesh: "AAAA" } }), []);
    assert.deepEqual(meshConfigsOf({ apiVersion: "helm.sh/v3", kind: "Release", chart: "dex", values: {} }), []);
  });
});

describe("istiod's environment", () => {
  it("is a text where YAML had none", () => {
    const [env] = istiodEnvsOf({
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "istiod",
      values: { env: { A: true, B: 1, C: "x" } },
    });
    assert.deepEqual(
      [...(env?.variables ?? [])].map(([name, { field, value }]) => [name, field, value]),
      [
        ["A", "values.env.A", "true"],
        ["B", "values.env.B", "1"],
        ["C", "values.env.C", "x"],
      ],
    );
  });
});

describe("an EnvoyFilter's patch", () => {
  it("is told for any value, or the shape is refused", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("applyTo", "match", "patch", "x"), fc.anything()), (patch) => {
        try {
          patchesOf({
            apiVersion: "networking.istio.io/v1alpha3",
            kind: "EnvoyFilter",
            spec: { configPatches: [patch] },
          });
        } catch (error) {
          assert.equal((error as Error).name, "UnexpectedShape");
        }
      }),
    );
  });
});

describe("Lua's use of identities", () => {
  it("is told whatever quotes and letters it has", () => {
    const adds = "adds kubeflow-userid beside what a client sent";
    for (const quoted of ['"kubeflow-userid"', "'kubeflow-userid'", "[[kubeflow-userid]]"]) {
      assert.deepEqual(luaAbuses(`h : add( ${quoted}, x)`), [adds]);
    }
    assert.deepEqual(luaAbuses('h:add("Kubeflow_UserID", x)'), ["adds Kubeflow_UserID beside what a client sent"]);
  });

  it("is not told of comments", () => {
    assert.deepEqual(luaAbuses('-- h:add("kubeflow-userid", x)\n--[[ h:add("kubeflow-userid", x)\n]]'), []);
    assert.deepEqual(luaAbuses('local a = "--" h:add("kubeflow-userid", x)'), [
      "adds kubeflow-userid beside what a client sent",
    ]);
  });
});
