import assert from "node:assert/strict";
import fc from "fast-check";
import { run } from "../../../../policy/run";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { verificationSwitch } from "../../../../policy/rules/tls/verificationSwitch";
import { context, messages } from "../../support";

describe("a name", () => {
  const off = [
    // oauth2-proxy 7.15
    "ssl_insecure_skip_verify",
    "ssl-upstream-insecure-skip-verify",
    "redis_insecure_skip_tls_verify",
    "insecure_oidc_skip_issuer_verification",
    "insecureSkipIssuerVerification",
    "insecureSkipTLSVerify",
    "insecureskiptlsverify",
    // Dex 2.45
    "insecureSkipVerify",
    "insecureNoSSL",
    "insecureSkipSignatureValidation",
    "insecureCA",
    // Istio, Kubernetes and what runs beside them
    "JWKS_RESOLVER_INSECURE_SKIP_VERIFY",
    "PILOT_SKIP_VALIDATE_TRUST_DOMAIN",
    "insecure-skip-tls-verify",
    "kubelet-insecure-tls",
    "insecure_skip_verify",
    "skipTLSVerify",
    "tlsSkipVerify",
    "tls_insecure_skip_verify",
    "GIT_SSL_NO_VERIFY",
    "no-check-certificate",
    "no-verify-ssl",
    "disableSSLVerification",
    "ignoreCertificateValidation",
    "allowSelfSignedCertificates",
    "ALLOW_SELF_SIGNED_ISSUER",
    "trustAllCertificates",
  ];
  for (const name of off) {
    it(`like ${name} turns verification off`, () => {
      assert.equal(verificationSwitch(name), "turns verification off");
    });
  }

  const on = [
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "rejectUnauthorized",
    "PYTHONHTTPSVERIFY",
    "http.sslVerify",
    "verifyProviderCertificate",
    "VERIFY_CERTIFICATE_AT_CLIENT",
    "validate_certs",
    "nginx.ingress.kubernetes.io/proxy-ssl-verify",
  ];
  for (const name of on) {
    it(`like ${name} turns verification on`, () => {
      assert.equal(verificationSwitch(name), "turns verification on");
    });
  }

  const neither = [
    // oauth2-proxy's and Dex's settings that other rules look at
    "insecure_oidc_skip_nonce",
    "insecureSkipNonce",
    "insecure_oidc_allow_unverified_email",
    "insecureAllowUnverifiedEmail",
    "insecureSkipEmailVerified",
    "insecureEnableGroups",
    "InsecureSkipHeaderNormalization",
    "skip_jwt_bearer_tokens",
    "skip_provider_button",
    "skip_oidc_discovery",
    "skip_auth_preflight",
    "skipApprovalScreen",
    // Settings about TLS that don't touch verification
    "tls_cert_file",
    "tlsMinVersion",
    "subjectAltNames",
    "WASM_INSECURE_REGISTRIES",
    "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS",
    "insecureEdgeTerminationPolicy",
    "disableSSLRedirect",
    "certificateVerifyDepth",
    "skipSchemaValidation",
    "verification-token",
  ];
  for (const name of neither) {
    it(`like ${name} is no switch`, () => {
      assert.equal(verificationSwitch(name), undefined);
    });
  }
});

describe("forbid-skip-verify", () => {
  it("looks at any object without failing itself", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("ConfigMap", "Secret", "Pod", "EnvoyFilter"),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (kind, spec) => {
          const manifest = { apiVersion: "v1", kind, metadata: {}, spec, data: spec } as Manifest;
          for (const finding of run(rule, manifest, context)) assert.notEqual(finding.field, "");
        },
      ),
    );
  });

  it("looks at any text without failing itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { a: text, "a.yaml": text } };
        for (const finding of run(rule, manifest, context)) assert.notEqual(finding.field, "");
      }),
    );
  });

  it("finds a switch at any depth, and nothing when it is false", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 20 }), fc.boolean(), (path, value) => {
        const spec = path.reduceRight<object>((inner, key) => ({ [key]: inner }), { insecureSkipVerify: value });
        const found = messages(rule, { apiVersion: "v1", kind: "Any", spec });
        assert.equal(found.length, value ? 1 : 0);
      }),
    );
  });

  it("rejects what is nested too deep to be looked at", () => {
    const spec = Array.from({ length: 70 }).reduce<object>((inner) => ({ a: inner }), { insecureSkipVerify: true });
    const [message = ""] = messages(rule, { apiVersion: "v1", kind: "Any", spec });
    assert.match(message, /^spec(\.a){65} is nested deeper than 64 levels, which is not checked\. Flatten it\.$/);
  });

  it("knows a file inside a structure by its name", () => {
    const values = { files: { "oauth2_proxy.cfg": "ssl_insecure_skip_verify = maybe" } };
    assert.deepEqual(messages(rule, { apiVersion: "helm.sh/v3", kind: "Release", values }), [
      'values.files["oauth2_proxy.cfg"] is not readable as oauth2-proxy\'s configuration (TOML) at line 1, column 28: ' +
        "invalid value. Mend the text: what can't be read isn't checked.",
    ]);
  });
});
