import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { rules } from "../../../../policy/pack";
import { type Rule } from "../../../../policy/rule";
import { forbidForeignCredentials } from "../../../../policy/rules/gateway/forbid-foreign-credentials";
import { limitGatewayHosts } from "../../../../policy/rules/gateway/limit-gateway-hosts";
import { limitGatewayTlsModes } from "../../../../policy/rules/gateway/limit-gateway-tls-modes";
import { limitRouteNamespaces } from "../../../../policy/rules/gateway/limit-route-namespaces";
import { requireHttpsRedirect } from "../../../../policy/rules/gateway/require-https-redirect";
import { requireModernGatewayTls } from "../../../../policy/rules/gateway/require-modern-gateway-tls";
import { changed, findings, together } from "../../support";
import { envoyFilter, meshConfigMap, patchValue } from "../istio/fixtures";
import { apiGateway, gateway } from "./fixtures";

const fields = (rule: Rule, manifest: Manifest) => findings(rule, manifest).map(({ field }) => field);

describe("listeners that are added to a Gateway", () => {
  for (const [kind, apiVersion] of [
    ["ListenerSet", "gateway.networking.k8s.io/v1"],
    ["XListenerSet", "gateway.networking.x-k8s.io/v1alpha1"],
  ] as const) {
    const set = changed(apiGateway, { apiVersion, kind });
    const https = "spec.listeners[1]";
    for (const [rule, changes, field] of [
      [limitGatewayHosts, { [`${https}.hostname`]: undefined }, `${https}.hostname`],
      [limitGatewayTlsModes, { [`${https}.tls.mode`]: "Passthrough" }, `${https}.tls.mode`],
      [
        limitRouteNamespaces,
        { [`${https}.allowedRoutes.namespaces.from`]: "All" },
        `${https}.allowedRoutes.namespaces.from`,
      ],
      [
        forbidForeignCredentials,
        { [`${https}.tls.certificateRefs[0].namespace`]: "team" },
        `${https}.tls.certificateRefs[0].namespace`,
      ],
    ] as const) {
      it(`of a ${kind} are held to ${rule.name}`, () => {
        assert.deepEqual([fields(rule, set), fields(rule, changed(set, changes))], [[], [field]]);
      });
    }

    it(`of a ${kind} are held to ${requireHttpsRedirect.name}`, () => {
      assert.equal(together(requireHttpsRedirect, [set]).length, 1);
    });
  }

  it("come from the Gateway's own namespace, or chosen ones", () => {
    const allowed = (from: string) => changed(apiGateway, { "spec.allowedListeners": { namespaces: { from } } });
    assert.deepEqual(
      ["None", "Same", "Selector", "All"].map((from) => fields(limitRouteNamespaces, allowed(from))),
      [[], [], [], ["spec.allowedListeners.namespaces.from"]],
    );
  });
});

describe("a waypoint", () => {
  const waypoint: Manifest = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "waypoint", namespace: "team" },
    spec: { gatewayClassName: "istio-waypoint", listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }] },
  };

  it("is no way in", () => {
    assert.deepEqual(
      rules.flatMap((rule) => fields(rule, waypoint)),
      [],
    );
    assert.deepEqual(together(requireHttpsRedirect, [waypoint]), []);
  });

  it("is one with another listener beside", () => {
    const mixed = changed(waypoint, { "spec.listeners[1]": { name: "web", port: 443, protocol: "HTTPS" } });
    assert.deepEqual(
      rules.flatMap((rule) => fields(rule, mixed)),
      ["spec.listeners[1].hostname", "metadata.namespace"],
    );
  });
});

describe("weak ciphers", () => {
  const tls = (side: string, params: object) =>
    envoyFilter({ transport_socket: { typed_config: { [side]: { common_tls_context: { tls_params: params } } } } });
  const inside = (side: string) => `${patchValue}.transport_socket.typed_config.${side}.common_tls_context.tls_params`;
  for (const [sentence, manifest, ...expected] of [
    [
      "are found in a listener's options",
      changed(apiGateway, {
        "spec.listeners[1].tls.options": {
          "gateway.istio.io/tls-cipher-suites": "ECDHE-RSA-AES128-GCM-SHA256, AES128-SHA",
        },
      }),
      'spec.listeners[1].tls.options["gateway.istio.io/tls-cipher-suites"]',
    ],
    [
      "are found in the mesh",
      meshConfigMap("meshMTLS: { cipherSuites: [AES128-SHA] }"),
      "data.mesh: meshMTLS.cipherSuites",
    ],
    [
      "are found in an EnvoyFilter",
      tls("downstream_tls_context", { cipher_suites: ["[ECDHE-RSA-AES128-GCM-SHA256|AES128-SHA]"] }),
      `${inside("downstream_tls_context")}.cipher_suites`,
    ],
    [
      "are let pass where they are none",
      tls("downstream_tls_context", {
        cipher_suites: ["[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]", "ECDHE-RSA-AES256-GCM-SHA384"],
      }),
    ],
    [
      "are found beside an old version in QUIC's context",
      tls("downstreamTlsContext", { tls_minimum_protocol_version: "TLSv1_0" }),
      `${inside("downstreamTlsContext")}.tls_minimum_protocol_version`,
    ],
  ] as const) {
    it(sentence, () => assert.deepEqual(fields(requireModernGatewayTls, manifest), expected));
  }
});

describe("limit-gateway-hosts", () => {
  it("rejects a star with nothing behind its dot", () => {
    assert.deepEqual(fields(limitGatewayHosts, changed(gateway, { "spec.servers[1].hosts": ["auth/*."] })), [
      "spec.servers[1].hosts[0]",
    ]);
  });
});
