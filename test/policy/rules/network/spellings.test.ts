import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidHeaderVariables } from "../../../../policy/rules/network/forbid-header-variables";
import { forbidKubernetesDashboard } from "../../../../policy/rules/network/forbid-kubernetes-dashboard";
import { limitGateways } from "../../../../policy/rules/network/limit-gateways";
import { requireIdentityNetworkPolicy } from "../../../../policy/rules/network/require-identity-network-policy";
import { findings, together } from "../../support";

const object = (apiVersion: string, kind: string, spec: unknown): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "mine", namespace: "team" },
  spec,
});

describe("require-identity-network-policy, of peers that are everybody", () => {
  const dex = object("v1", "Pod", { containers: [{ name: "dex", image: "example.com/dex:v2.45.1" }] });
  const policy = (from: unknown) =>
    object("networking.k8s.io/v1", "NetworkPolicy", { podSelector: {}, ingress: [{ from }] });
  const namespaces = (key: string, operator: string, values?: string[]) => [
    { namespaceSelector: { matchExpressions: [{ key, operator, ...(values && { values }) }] } },
  ];
  const name = "kubernetes.io/metadata.name";

  for (const [sentence, from, count] of [
    ["lets named namespaces pass", namespaces(name, "In", ["ingress"]), 0],
    ["lets a label of one's own pass", namespaces("example.com/gateway", "Exists"), 0],
    ["rejects a label that every namespace has", namespaces(name, "Exists"), 1],
    ["rejects all namespaces but one", namespaces(name, "NotIn", ["nowhere"]), 1],
    ["rejects all namespaces without a label", namespaces("example.com/closed", "DoesNotExist"), 1],
    [
      "rejects pods without a label, anywhere",
      [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: "a", operator: "DoesNotExist" }] } }],
      1,
    ],
    ["rejects all addresses in halves", [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }], 2],
  ] as const) {
    it(sentence, () => assert.equal(together(requireIdentityNetworkPolicy, [dex, policy(from)]).length, count));
  }
});

describe("forbid-kubernetes-dashboard, of charts that others render", () => {
  const chart = "kubernetes-dashboard";
  for (const [what, manifest, field] of [
    [
      "Flux",
      object("helm.toolkit.fluxcd.io/v2", "HelmRelease", { chart: { spec: { chart } } }),
      "spec.chart.spec.chart",
    ],
    ["k3s", object("helm.cattle.io/v1", "HelmChart", { chart }), "spec.chart"],
    ["Argo CD", object("argoproj.io/v1alpha1", "Application", { source: { chart } }), "spec.source.helm"],
  ] as const) {
    it(`is found for ${what}`, () => {
      assert.deepEqual(
        findings(forbidKubernetesDashboard, manifest).map((found) => found.field),
        [field],
      );
    });
  }
});

describe("forbid-header-variables, of routes", () => {
  const route = (value: string) =>
    object("networking.istio.io/v1", "VirtualService", {
      http: [{ headers: { request: { set: { "x-lab": value } } } }],
    });

  it("lets texts and other variables pass", () => {
    assert.deepEqual(
      ["a", "%REQ(:path)%", "100%"].flatMap((value) => findings(forbidHeaderVariables, route(value))),
      [],
    );
  });

  for (const value of [
    "%REQ(Authorization)%",
    "a %REQ(cookie?x):20%",
    "%REQUEST_HEADER(COOKIE)%",
    "%REQ(x-none?cookie)%",
    "%REQ(x-none?Proxy-Authorization):9%",
    "%REQ_WITHOUT_QUERY(cookie)%",
    "%CEL(string(1) + request.headers['cookie'])%",
  ]) {
    it(`rejects ${value}`, () => {
      assert.deepEqual(
        findings(forbidHeaderVariables, route(value)).map(({ field }) => field),
        ["spec.http[0].headers.request.set.x-lab"],
      );
    });
  }

  for (const kind of ["HTTPRoute", "GRPCRoute"]) {
    const modifier = (how: string, value: string) => ({
      type: "RequestHeaderModifier",
      requestHeaderModifier: { [how]: [{ name: "x-lab", value }] },
    });
    const rule = (fields: object) => object("gateway.networking.k8s.io/v1", kind, { rules: [fields] });
    const fieldsOf = (manifest: Manifest) => findings(forbidHeaderVariables, manifest).map(({ field }) => field);

    it(`lets texts and other variables of a ${kind} pass`, () => {
      assert.deepEqual(fieldsOf(rule({ filters: [modifier("set", "a"), modifier("add", "%REQ(:path)%")] })), []);
    });

    for (const how of ["set", "add"]) {
      it(`rejects a session in what a ${kind} has to ${how}`, () => {
        assert.deepEqual(fieldsOf(rule({ filters: [modifier(how, "%REQ(Authorization)%")] })), [
          `spec.rules[0].filters[0].requestHeaderModifier.${how}[0].value`,
        ]);
      });
    }

    it(`rejects a session in what a backend of a ${kind} gets`, () => {
      assert.deepEqual(fieldsOf(rule({ backendRefs: [{ filters: [modifier("set", "%REQ(x?cookie)%")] }] })), [
        "spec.rules[0].backendRefs[0].filters[0].requestHeaderModifier.set[0].value",
      ]);
    });
  }
});

describe("limit-gateways, of what other gateways call theirs", () => {
  for (const [apiVersion, kind] of [
    ["apisix.apache.org/v2", "ApisixRoute"],
    ["gateway.solo.io/v1", "VirtualService"],
    ["ingress.v1.haproxy.org/v1", "TCP"],
    ["getambassador.io/v3alpha1", "Mapping"],
    ["zalando.org/v1", "RouteGroup"],
    ["cilium.io/v2", "CiliumEnvoyConfig"],
  ] as const) {
    it(`rejects a ${kind} of ${apiVersion}`, () => {
      assert.equal(findings(limitGateways, object(apiVersion, kind, {})).length, 1);
    });
  }
});
