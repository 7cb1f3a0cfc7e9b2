import assert from "node:assert/strict";
import { run } from "../../../../policy/crossguard";
import { type Manifest } from "../../../../policy/manifest";
import { forbidClusterWideRequestAuthentication as rule } from "../../../../policy/rules/istio/forbid-cluster-wide-request-authentication";
import { defaultSettings } from "../../../../policy/settings";
import { context, findings, messages, mutated, unknownCheckingProxy, unknownStringValue } from "../../support";

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
    assert.deepEqual(
      messages(
        rule,
        mutated(compliant, ({ metadata }) => (metadata.namespace = "istio-system")),
      ),
      [],
    );
  });

  it("rejects a policy in the root namespace without a selector", () => {
    const manifest = mutated(compliant, ({ metadata, spec }) => {
      metadata.namespace = "istio-system";
      delete spec.selector;
    });
    assert.deepEqual(messages(rule, manifest), [meshWide]);
  });

  it("rejects a policy in its own namespace without a selector", () => {
    assert.deepEqual(
      messages(
        rule,
        mutated(compliant, ({ spec }) => delete spec.selector),
      ),
      [namespaceWide],
    );
  });

  it("takes a selector without labels for none", () => {
    assert.deepEqual(
      messages(
        rule,
        mutated(compliant, ({ spec }) => (spec.selector = {})),
      ),
      [namespaceWide],
    );
  });

  it("takes a selector with empty labels for none", () => {
    assert.deepEqual(
      messages(
        rule,
        mutated(compliant, ({ spec }) => (spec.selector.matchLabels = {})),
      ),
      [namespaceWide],
    );
  });

  it("takes a selector with expressions for none, because Istio knows labels only", () => {
    const manifest = mutated(compliant, ({ spec }) => {
      spec.selector = { matchExpressions: [{ key: "istio", operator: "In", values: ["ingressgateway"] }] };
    });
    assert.deepEqual(messages(rule, manifest), [namespaceWide]);
  });

  it("rejects a policy without a spec", () => {
    assert.deepEqual(
      messages(
        rule,
        mutated(compliant, (copy) => delete copy["spec"]),
      ),
      [namespaceWide],
    );
  });

  it("reads the root namespace from the pack's config", () => {
    const manifest = mutated(compliant, ({ metadata, spec }) => {
      metadata.namespace = "mesh";
      delete spec.selector;
    });
    const given = { ...context, settings: { ...defaultSettings, rootNamespace: "mesh" } };
    assert.deepEqual(messages(rule, manifest, given), [meshWide.replace("istio-system", "mesh")]);
  });

  it("puts a policy without a namespace where the provider would", () => {
    const manifest = mutated(compliant, ({ metadata, spec }) => {
      delete metadata.namespace;
      delete spec.selector;
    });
    assert.deepEqual(messages(rule, manifest, { ...context, defaultNamespace: "istio-system" }), [meshWide]);
  });

  for (const version of ["v1", "v1beta1", "v1alpha1", "v2"]) {
    it(`rejects it in security.istio.io/${version}`, () => {
      const manifest = mutated(compliant, (copy) => {
        copy["apiVersion"] = `security.istio.io/${version}`;
        delete copy["spec"].selector;
      });
      assert.deepEqual(messages(rule, manifest), [namespaceWide]);
    });
  }

  it("leaves other kinds alone", () => {
    const manifest = mutated(compliant, (copy) => {
      copy["kind"] = "PeerAuthentication";
      delete copy["spec"].selector;
    });
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("leaves another group's kind of the same name alone", () => {
    const manifest = mutated(compliant, (copy) => {
      copy["apiVersion"] = "example.com/v1";
      delete copy["spec"].selector;
    });
    assert.deepEqual(messages(rule, manifest), []);
  });

  describe("with targets", () => {
    const gateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "gate" };
    const attached = mutated(compliant, ({ spec }) => {
      delete spec.selector;
      spec.targetRefs = [gateway];
    });
    const broad = (field: string, value: string): string =>
      `${field} is ${value}, which names no single workload. Name a Gateway, Service or ServiceEntry in its own namespace.`;

    it("lets a policy pass that is attached to a Gateway", () => {
      assert.deepEqual(messages(rule, attached), []);
    });

    it("lets the older single targetRef pass", () => {
      const manifest = mutated(compliant, ({ spec }) => {
        delete spec.selector;
        spec.targetRef = gateway;
      });
      assert.deepEqual(messages(rule, manifest), []);
    });

    it("takes an empty list for none", () => {
      assert.deepEqual(
        messages(
          rule,
          mutated(attached, ({ spec }) => (spec.targetRefs = [])),
        ),
        [namespaceWide],
      );
    });

    it("rejects a GatewayClass, which stands for every gateway of the class", () => {
      const manifest = mutated(attached, ({ spec }) => (spec.targetRefs[0].kind = "GatewayClass"));
      assert.deepEqual(messages(rule, manifest), [broad("spec.targetRefs[0].kind", '"GatewayClass"')]);
    });

    it("rejects a kind that it doesn't know", () => {
      const manifest = mutated(attached, ({ spec }) => spec.targetRefs.push({ kind: "Namespace", name: "kubeflow" }));
      assert.deepEqual(messages(rule, manifest), [broad("spec.targetRefs[1].kind", '"Namespace"')]);
    });

    it("rejects a target without a name", () => {
      const manifest = mutated(attached, ({ spec }) => delete spec.targetRefs[0].name);
      assert.deepEqual(messages(rule, manifest), [broad("spec.targetRefs[0].name", "absent")]);
    });
  });

  it("rejects a selector that isn't what Kubernetes expects, and says so", () => {
    assert.deepEqual(
      messages(
        rule,
        mutated(compliant, ({ spec }) => (spec.selector = "istio=ingressgateway")),
      ),
      [
        "RequestAuthentication could not be checked by forbid-cluster-wide-request-authentication: spec.selector is the " +
          'string "istio=ingressgateway", where Kubernetes expects a map. What cannot be checked is not let through.',
      ],
    );
  });

  describe("at preview", () => {
    it("reports a selector that is unknown as not checked", () => {
      const manifest = mutated(compliant, ({ spec }) => (spec.selector = unknownStringValue));
      const [finding, ...rest] = run(rule, unknownCheckingProxy(manifest), context);
      assert.deepEqual(rest, []);
      assert.equal(finding?.kind, "unchecked");
      assert.equal(finding?.field, "spec.selector");
    });

    it("doesn't need to know a label's value", () => {
      const manifest = mutated(compliant, ({ spec }) => (spec.selector.matchLabels.istio = unknownStringValue));
      assert.deepEqual(run(rule, unknownCheckingProxy(manifest), context), []);
    });

    it("rejects a policy without a selector even if its namespace is unknown", () => {
      const manifest = mutated(compliant, ({ metadata, spec }) => {
        metadata.namespace = unknownStringValue;
        delete spec.selector;
      });
      const [finding] = run(rule, unknownCheckingProxy(manifest), context);
      assert.equal(
        finding?.kind === "violation" && finding.message,
        `spec.selector.matchLabels is empty, so the policy reaches every workload in its namespace. ${mend}`,
      );
    });
  });

  it("names the field", () => {
    const [finding] = findings(
      rule,
      mutated(compliant, ({ spec }) => delete spec.selector),
    );
    assert.equal(finding?.field, "spec.selector");
  });
});
