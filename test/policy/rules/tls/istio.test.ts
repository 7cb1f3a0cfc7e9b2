import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { messages, changed } from "../../support";
import { mend } from "./fixtures";

const tls = { mode: "SIMPLE", caCertificates: "/etc/ca.crt", insecureSkipVerify: false };

const destinationRule: Manifest = {
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: "dex", namespace: "auth" },
  spec: {
    host: "dex.auth.svc.cluster.local",
    trafficPolicy: { tls, portLevelSettings: [{ port: { number: 5556 }, tls }] },
    subsets: [{ name: "v1", trafficPolicy: { tls, portLevelSettings: [{ port: { number: 5556 }, tls }] } }],
  },
};

describe("forbid-skip-verify in DestinationRules", () => {
  it("lets a rule pass that verifies", () => {
    assert.deepEqual(messages(rule, destinationRule), []);
  });

  for (const path of [
    "spec.trafficPolicy.tls",
    "spec.trafficPolicy.portLevelSettings[0].tls",
    "spec.subsets[0].trafficPolicy.tls",
    "spec.subsets[0].trafficPolicy.portLevelSettings[0].tls",
  ]) {
    it(`rejects insecureSkipVerify in ${path}`, () => {
      const manifest = changed(destinationRule, { [`${path}.insecureSkipVerify`]: true });
      assert.deepEqual(messages(rule, manifest), [
        `${path}.insecureSkipVerify = true turns certificate verification off. ${mend}.`,
      ]);
    });
  }

  it("lets mode SIMPLE without a CA pass, because Istio then verifies against the system's CAs", () => {
    assert.deepEqual(messages(rule, changed(destinationRule, { "spec.trafficPolicy.tls": { mode: "SIMPLE" } })), []);
  });
});

const typeUrl = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3";
const patch = "spec.configPatches[0].patch.value.transport_socket.typed_config";
const envoyFilter: Manifest = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "idp", namespace: "ingress" },
  spec: {
    configPatches: [
      {
        applyTo: "CLUSTER",
        patch: {
          operation: "ADD",
          value: {
            name: "idp",
            transport_socket: {
              name: "envoy.transport_sockets.tls",
              typed_config: {
                "@type": `${typeUrl}.UpstreamTlsContext`,
                sni: "idp.example.com",
                common_tls_context: {
                  validation_context: {
                    trusted_ca: { filename: "/etc/ca.crt" },
                    trust_chain_verification: "VERIFY_TRUST_CHAIN",
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Changes the TLS context of the fixture. */
function withContext(changes: Record<string, unknown>): Manifest {
  return changed(
    envoyFilter,
    Object.fromEntries(Object.entries(changes).map(([path, value]) => [`${patch}.${path}`, value])),
  );
}

const absent = (place: string, peer = "server's"): string =>
  `${place} is a TLS context without a validation context, and Envoy then accepts any ${peer} certificate. ` +
  "Give it common_tls_context.validation_context.trusted_ca, in a MERGE patch too.";
const untrusting = (place: string): string =>
  `${place} names neither a CA nor a pinned certificate, and Envoy then accepts any server's certificate. ` +
  "Give it trusted_ca, in a MERGE patch too.";

describe("forbid-skip-verify in EnvoyFilters", () => {
  it("lets a context pass that verifies", () => {
    assert.deepEqual(messages(rule, envoyFilter), []);
  });

  it("rejects ACCEPT_UNTRUSTED", () => {
    const manifest = withContext({
      "common_tls_context.validation_context.trust_chain_verification": "ACCEPT_UNTRUSTED",
    });
    assert.deepEqual(messages(rule, manifest), [
      `${patch}.common_tls_context.validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED" accepts certificates ` +
        "of unknown issuers. Remove it, or write VERIFY_TRUST_CHAIN.",
    ]);
  });

  it("rejects ACCEPT_UNTRUSTED by its number, under the field's other name", () => {
    const manifest = withContext({
      commonTlsContext: {
        validationContext: { trustedCa: { filename: "/ca" }, trustChainVerification: 1 },
      },
      common_tls_context: undefined,
    });
    assert.deepEqual(messages(rule, manifest), [
      `${patch}.commonTlsContext.validationContext.trustChainVerification = 1 accepts certificates of unknown issuers. ` +
        "Remove it, or write VERIFY_TRUST_CHAIN.",
    ]);
  });

  it("rejects an upstream context without a common context", () => {
    assert.deepEqual(messages(rule, withContext({ common_tls_context: undefined })), [absent(patch)]);
  });

  it("rejects an upstream context without a validation context", () => {
    assert.deepEqual(messages(rule, withContext({ common_tls_context: {} })), [absent(patch)]);
  });

  it("rejects a validation context without a CA", () => {
    const manifest = withContext({ "common_tls_context.validation_context.trusted_ca": undefined });
    assert.deepEqual(messages(rule, manifest), [untrusting(`${patch}.common_tls_context.validation_context`)]);
  });

  it("rejects a pin list without pins", () => {
    const manifest = withContext({ "common_tls_context.validation_context": { verify_certificate_spki: [] } });
    assert.deepEqual(messages(rule, manifest), [untrusting(`${patch}.common_tls_context.validation_context`)]);
  });

  for (const [what, common] of [
    ["a CA from SDS", { validation_context_sds_secret_config: { name: "ROOTCA" } }],
    [
      "a CA from SDS beside its own names",
      {
        combined_validation_context: {
          default_validation_context: {},
          validation_context_sds_secret_config: { name: "ROOTCA" },
        },
      },
    ],
    ["a CA from a provider", { validation_context_certificate_provider: { name: "ROOTCA" } }],
    ["the system's CAs", { validation_context: { system_root_certs: {} } }],
    [
      "a pinned key",
      { validation_context: { verify_certificate_spki: ["NvqYIYSbgK2vCJpQhObf77vv+bQWtc5ek5RIOwPiC9A="] } },
    ],
  ] as const) {
    it(`lets ${what} pass`, () => {
      assert.deepEqual(messages(rule, withContext({ common_tls_context: common })), []);
    });
  }

  it("rejects a combined context that names no CA", () => {
    const manifest = withContext({
      common_tls_context: { combined_validation_context: { default_validation_context: {} } },
    });
    assert.deepEqual(messages(rule, manifest), [
      untrusting(`${patch}.common_tls_context.combined_validation_context.default_validation_context`),
    ]);
  });

  it("rejects a context inside a TypedStruct", () => {
    const manifest = changed(envoyFilter, {
      "spec.configPatches.0.patch.value.transport_socket.typed_config": {
        "@type": "type.googleapis.com/xds.type.v3.TypedStruct",
        type_url: `${typeUrl}.UpstreamTlsContext`,
        value: { sni: "idp.example.com" },
      },
    });
    assert.deepEqual(messages(rule, manifest), [absent(`${patch}.value`)]);
  });

  it("rejects a QUIC transport's context", () => {
    const manifest = changed(envoyFilter, {
      "spec.configPatches.0.patch.value.transport_socket.typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.quic.v3.QuicUpstreamTransport",
        upstream_tls_context: { sni: "idp.example.com" },
      },
    });
    assert.deepEqual(messages(rule, manifest), [absent(`${patch}.upstream_tls_context`)]);
  });

  it("lets a server pass that asks no certificate of its clients", () => {
    const manifest = withContext({ "@type": `${typeUrl}.DownstreamTlsContext`, common_tls_context: undefined });
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("rejects a server that asks for certificates and doesn't verify them", () => {
    const manifest = withContext({
      "@type": `${typeUrl}.DownstreamTlsContext`,
      require_client_certificate: true,
      common_tls_context: undefined,
    });
    assert.deepEqual(messages(rule, manifest), [absent(patch, "client's")]);
  });

  it("finds a context in a bootstrap file", () => {
    const bootstrap = { transport_socket: { typed_config: { "@type": `${typeUrl}.UpstreamTlsContext` } } };
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {},
      data: { "envoy.json": JSON.stringify(bootstrap) },
    };
    assert.deepEqual(messages(rule, manifest), [absent('data["envoy.json"]: transport_socket.typed_config')]);
  });

  it("finds a switch in Lua", () => {
    const manifest = changed(envoyFilter, {
      "spec.configPatches[0].patch.value.inline_code":
        "-- insecureSkipVerify is never set\nlocal x = { insecureSkipVerify = true }\n",
    });
    assert.deepEqual(messages(rule, manifest), [
      'spec.configPatches[0].patch.value.inline_code line 2: insecureSkipVerify = "true" turns certificate verification ' +
        `off. ${mend}.`,
    ]);
  });
});
