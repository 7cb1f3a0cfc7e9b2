import assert from "node:assert/strict";
import { run } from "../../../../policy/run";
import { type Manifest } from "../../../../policy/manifest";
import { forbidClusterWideRequestAuthentication as rule } from "../../../../policy/rules/istio/forbid-cluster-wide-request-authentication";
import { defaultSettings } from "../../../../policy/settings";
import { context, findings, messages, changed, unknownCheckingProxy, unknownStringValue } from "../../support";

const compliant: Manifest = {
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  metadata: { name: "dex", namespace: "ingress" },
  spec: {
    selector: { matchLabels: { istio: "ingressgateway" } },
    jwtRules: [{ issuer: "https://gate.example.com/dex", audiences: ["gate"], forwardOriginalToken: false }],
  },
};

const mend =
  "Name the gateway's workload there (for example istio: ingressgateway), or its Gateway in spec.targetRefs.";
const meshWide =
  "spec.selector.matchLabels is empty, so the policy reaches every workload of the mesh " +
  `(metadata.namespace "istio-system" is Istio's root namespace). ${mend}`;
const namespaceWide = `spec.selector.matchLabels is empty, so the policy reaches every workload in the namespace "ingress". ${mend}`;

describe("forbid-cluster-wide-request-authentication", () => {
  it("lets a policy pass that names the gateway's workload", () => {
    assert.deepEqual(messages(rule, compliant), []);
  });

  it("lets a policy in the root namespace pass when it names a workload", () => {
    assert.deepEqual(messages(rule, changed(compliant, { "metadata.namespace": "istio-system" })), []);
  });

  it("rejects a policy in the root namespace without a selector", () => {
    const manifest = changed(compliant, { "metadata.namespace": "istio-system", "spec.selector": undefined });
    assert.deepEqual(messages(rule, manifest), [meshWide]);
  });

  it("rejects a policy in its own namespace without a selector", () => {
    assert.deepEqual(messages(rule, changed(compliant, { "spec.selector": undefined })), [namespaceWide]);
  });

  it("takes a selector without labels for none", () => {
    assert.deepEqual(messages(rule, changed(compliant, { "spec.selector": {} })), [namespaceWide]);
  });

  it("takes a selector with empty labels for none", () => {
    assert.deepEqual(messages(rule, changed(compliant, { "spec.selector.matchLabels": {} })), [namespaceWide]);
  });

  it("takes a selector with expressions for none, because Istio knows labels only", () => {
    const manifest = changed(compliant, {
      "spec.selector": { matchExpressions: [{ key: "istio", operator: "In", values: ["ingressgateway"] }] },
    });
    assert.deepEqual(messages(rule, manifest), [namespaceWide]);
  });

  it("rejects a policy without a spec", () => {
    assert.deepEqual(messages(rule, changed(compliant, { spec: undefined })), [namespaceWide]);
  });

  it("reads the root namespace from the pack's config", () => {
    const manifest = changed(compliant, { "metadata.namespace": "mesh", "spec.selector": undefined });
    const given = { ...context, settings: { ...defaultSettings, rootNamespace: "mesh" } };
    assert.deepEqual(messages(rule, manifest, given), [meshWide.replace("istio-system", "mesh")]);
  });

  it("puts a policy without a namespace where the provider would", () => {
    const manifest = changed(compliant, { "metadata.namespace": undefined, "spec.selector": undefined });
    assert.deepEqual(messages(rule, manifest, { ...context, defaultNamespace: "istio-system" }), [meshWide]);
  });

  for (const version of ["v1", "v1beta1", "v1alpha1", "v2"]) {
    it(`rejects it in security.istio.io/${version}`, () => {
      const manifest = changed(compliant, { apiVersion: `security.istio.io/${version}`, "spec.selector": undefined });
      assert.deepEqual(messages(rule, manifest), [namespaceWide]);
    });
  }

  it("leaves other kinds alone", () => {
    const manifest = changed(compliant, { kind: "PeerAuthentication", "spec.selector": undefined });
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("leaves another group's kind of the same name alone", () => {
    const manifest = changed(compliant, { apiVersion: "example.com/v1", "spec.selector": undefined });
    assert.deepEqual(messages(rule, manifest), []);
  });

  describe("with targets", () => {
    const gateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "gate" };
    const attached = changed(compliant, { "spec.selector": undefined, "spec.targetRefs": [gateway] });
    const broad = (field: string, value: string): string =>
      `${field} is ${value}, which names no single workload. Name a Gateway, Service or ServiceEntry in its own namespace.`;

    it("lets a policy pass that is attached to a Gateway", () => {
      assert.deepEqual(messages(rule, attached), []);
    });

    it("lets the older single targetRef pass", () => {
      const manifest = changed(compliant, { "spec.selector": undefined, "spec.targetRef": gateway });
      assert.deepEqual(messages(rule, manifest), []);
    });

    it("takes an empty list for none", () => {
      assert.deepEqual(messages(rule, changed(attached, { "spec.targetRefs": [] })), [namespaceWide]);
    });

    it("rejects a GatewayClass, which stands for every gateway of the class", () => {
      const manifest = changed(attached, { "spec.targetRefs.0.kind": "GatewayClass" });
      assert.deepEqual(messages(rule, manifest), [broad("spec.targetRefs[0].kind", '"GatewayClass"')]);
    });

    it("rejects a kind that it doesn't know", () => {
      const manifest = changed(attached, { "spec.targetRefs.1": { kind: "Namespace", name: "kubeflow" } });
      assert.deepEqual(messages(rule, manifest), [broad("spec.targetRefs[1].kind", '"Namespace"')]);
    });

    it("rejects a target without a name", () => {
      const manifest = changed(attached, { "spec.targetRefs.0.name": undefined });
      assert.deepEqual(messages(rule, manifest), [broad("spec.targetRefs[0].name", "absent")]);
    });
  });

  it("rejects a selector that isn't what Kubernetes expects, and says so", () => {
    assert.deepEqual(messages(rule, changed(compliant, { "spec.selector": "istio=ingressgateway" })), [
      "forbid-cluster-wide-request-authentication can't check this object: spec.selector is the string " +
        '"istio=ingressgateway", where Kubernetes expects a map. What can\'t be checked is not let through.',
    ]);
  });

  describe("at preview", () => {
    it("reports a selector that is unknown as not checked", () => {
      const manifest = changed(compliant, { "spec.selector": unknownStringValue });
      const [finding, ...rest] = run(rule, unknownCheckingProxy(manifest), context);
      assert.deepEqual(rest, []);
      assert.equal(finding?.kind, "unchecked");
      assert.equal(finding?.field, "spec.selector");
    });

    it("doesn't need to know a label's value", () => {
      const manifest = changed(compliant, { "spec.selector.matchLabels.istio": unknownStringValue });
      assert.deepEqual(run(rule, unknownCheckingProxy(manifest), context), []);
    });

    it("rejects a policy without a selector even if its namespace is unknown", () => {
      const manifest = changed(compliant, { "metadata.namespace": unknownStringValue, "spec.selector": undefined });
      const [finding] = run(rule, unknownCheckingProxy(manifest), context);
      assert.equal(
        finding?.kind === "violation" && finding.message,
        `spec.selector.matchLabels is empty, so the policy reaches every workload in its namespace. ${mend}`,
      );
    });
  });

  it("names the field", () => {
    const [finding] = findings(rule, changed(compliant, { "spec.selector": undefined }));
    assert.equal(finding?.field, "spec.selector");
  });
});
