import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { memberOf } from "../../../../policy/rule";
import { run, runTogether } from "../../../../policy/run";
import * as gatewayRules from "../../../../policy/rules/gateway";
import * as istioRules from "../../../../policy/rules/istio";
import { requireHttpsRedirect } from "../../../../policy/rules/gateway/require-https-redirect";
import { context, changed, together, unknownCheckingProxy, unknownStringValue } from "../../support";
import { apiGateway, gateway } from "../gateway/fixtures";
import { envoyFilter, requestAuthentication, requirePrincipal } from "./fixtures";

const fixtures: readonly Manifest[] = [
  requestAuthentication,
  requirePrincipal,
  envoyFilter({}),
  gateway,
  apiGateway,
  ...[
    ["security.istio.io/v1", "PeerAuthentication"],
    ["networking.istio.io/v1", "DestinationRule"],
    ["networking.istio.io/v1", "VirtualService"],
    ["telemetry.istio.io/v1", "Telemetry"],
    ["extensions.istio.io/v1alpha1", "WasmPlugin"],
    ["gateway.networking.k8s.io/v1", "HTTPRoute"],
    ["install.istio.io/v1alpha1", "IstioOperator"],
    ["apps/v1", "Deployment"],
  ].map(([apiVersion = "", kind = ""]) => ({ apiVersion, kind, metadata: { name: "a", namespace: "ingress" } })),
];

describe("at preview, an object whose spec is unknown", () => {
  for (const fixture of fixtures) {
    const manifest = unknownCheckingProxy(changed(fixture, { spec: unknownStringValue }));

    it(`is neither passed nor rejected: ${fixture.apiVersion} ${fixture.kind}`, () => {
      const rules = [...istioRules.rules, ...gatewayRules.rules];
      const stackRules = [...istioRules.stackRules, ...gatewayRules.stackRules];
      const findings = [
        ...rules.flatMap((rule) => run(rule, manifest, context)),
        ...stackRules.flatMap((rule) =>
          runTogether(rule, [memberOf(manifest, () => "default")], context)
            // That there is no mesh configuration is known.
            .filter(() => rule.name !== "require-mesh-config")
            .map(({ finding }) => finding),
        ),
      ];
      assert.ok(findings.length > 0);
      assert.deepEqual([...new Set(findings.map(({ kind, field }) => `${kind} ${field}`))], ["unchecked spec"]);
    });
  }
});

describe("an object that can't be read", () => {
  it("is told, and hides none of the others", () => {
    const plain = changed(gateway, { "spec.servers[0].tls": undefined });
    const odd = changed(gateway, { "metadata.name": "odd", "spec.servers": "none" });
    assert.deepEqual(together(requireHttpsRedirect, [odd, plain]), [
      [
        0,
        'The Gateway "odd" can\'t be checked: spec.servers is the string "none", where Kubernetes expects a list. ' +
          "What can't be checked is not let through.",
      ],
      [1, "spec.servers[0].tls.httpsRedirect is absent at port 80, which serves plain HTTP. Write true."],
    ]);
  });
});
