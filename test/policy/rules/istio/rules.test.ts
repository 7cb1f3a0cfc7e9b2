import assert from "node:assert/strict";
import * as gateway from "../../../../policy/rules/gateway";
import * as istio from "../../../../policy/rules/istio";

const facts = ({ rules, stackRules }: typeof istio) =>
  [...rules, ...stackRules].map(({ name, enforcementLevel, severity, framework }) => [
    name,
    enforcementLevel,
    severity,
    framework.reference,
  ]);

describe("the rules about Istio and Envoy", () => {
  it("are these, at these levels and severities", () => {
    assert.deepEqual(facts(istio), [
      ["forbid-cluster-wide-request-authentication", "mandatory", "high", "CWE-1220"],
      ["require-jwt-audiences", "mandatory", "high", "CWE-345"],
      ["require-trusted-jwks", "mandatory", "critical", "CWE-347"],
      ["limit-token-locations", "mandatory", "medium", "CWE-598"],
      ["forbid-forwarded-tokens", "advisory", "medium", "CWE-522"],
      ["forbid-other-identities", "mandatory", "critical", "CWE-290"],
      ["limit-unauthenticated-paths", "mandatory", "high", "CWE-288"],
      ["forbid-fragile-denials", "advisory", "medium", "CWE-178"],
      ["forbid-dotted-service-accounts", "mandatory", "medium", "CWE-185"],
      ["require-fail-closed-authorization", "mandatory", "critical", "CWE-636"],
      ["forbid-removed-filters", "mandatory", "critical", "CWE-693"],
      ["limit-envoy-filters", "mandatory", "high", "CWE-1220"],
      ["forbid-plaintext-mtls", "mandatory", "high", "CWE-319"],
      ["require-destination-authorities", "advisory", "medium", "CWE-296"],
      ["require-istiod-authentication", "mandatory", "critical", "CWE-306"],
      ["require-scoped-gateways", "mandatory", "high", "CWE-668"],
      ["require-blocked-jwks-ranges", "mandatory", "high", "CWE-918"],
      ["forbid-tokens-in-logs", "mandatory", "high", "CWE-532"],
      ["require-principal-denial", "mandatory", "critical", "CWE-306"],
      ["require-denial-beside-open-policies", "mandatory", "high", "CWE-862"],
      ["require-identity-headers", "mandatory", "critical", "CWE-290"],
      ["forbid-underscored-headers", "advisory", "medium", "CWE-444"],
      ["require-path-normalization", "mandatory", "high", "CWE-180"],
      ["require-mesh-config", "advisory", "low", "CWE-693"],
      ["forbid-ports-behind-proxy-protocol", "mandatory", "critical", "CWE-807"],
      ["require-mesh-wide-mtls", "mandatory", "high", "CWE-319"],
      ["require-identity-sidecars", "advisory", "medium", "CWE-319"],
      ["require-identity-mtls", "mandatory", "high", "CWE-319"],
      ["require-sign-in-routes", "mandatory", "high", "CWE-425"],
    ]);
  });
});

describe("the rules about gateways", () => {
  it("are these, at these levels and severities", () => {
    assert.deepEqual(facts(gateway), [
      ["limit-gateway-hosts", "mandatory", "high", "CWE-284"],
      ["limit-route-namespaces", "advisory", "medium", "CWE-668"],
      ["require-modern-gateway-tls", "mandatory", "high", "CWE-327"],
      ["limit-gateway-tls-modes", "mandatory", "high", "CWE-288"],
      ["forbid-foreign-credentials", "mandatory", "medium", "CWE-668"],
      ["require-https-redirect", "mandatory", "high", "CWE-319"],
    ]);
  });
});

for (const { name, title, why, mend, references, framework, enforcementLevel, severity } of [
  ...istio.rules,
  ...istio.stackRules,
  ...gateway.rules,
  ...gateway.stackRules,
]) {
  describe(name, () => {
    it("says in sentences why it exists and how to mend a violation", () => {
      for (const text of [why, mend]) assert.match(text, /^[A-Z].{20,}\.$/);
      assert.match(title, /^[A-Z][^.]{5,60}$/);
    });

    it("names its sources, its framework's among them", () => {
      assert.ok(references.some(({ id }) => id === framework.reference));
      for (const { id, url, about } of references) {
        assert.match(url, /^https:\/\//, id);
        assert.match(about, /^\S.{8,}[^.]$/, id);
      }
    });

    it("is mandatory where it is critical", () => {
      if (severity === "critical") assert.equal(enforcementLevel, "mandatory");
    });
  });
}
