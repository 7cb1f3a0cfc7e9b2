import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../policy/manifest";
import { forbidPlainListeners } from "../../../policy/rules/oauth2-proxy/forbid-plain-listeners";
import { requireHttpsIdentityEndpoints } from "../../../policy/rules/oauth2-proxy/require-https-identity-endpoints";
import { requireRedisTls } from "../../../policy/rules/oauth2-proxy/require-redis-tls";
import { requireSecureCookies as secure } from "../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { together } from "../support";
import { safeSettings, toml } from "../rules/oauth2-proxy/fixtures";

const open = toml({ ...safeSettings, cookie_secure: false });
const release = (values: object, chart = "oauth2-proxy"): Manifest => ({
  apiVersion: "helm.sh/v3",
  kind: "Release",
  chart,
  values: { ...values },
});
const own = (values: object) =>
  release({ config: { existingSecret: "keys", configFile: toml(safeSettings) }, ...values });
const messages = (rule: typeof secure, ...manifests: Manifest[]) =>
  together(rule, manifests).map(([, message]) => message);

describe("values of oauth2-proxy's chart", () => {
  it("are judged in a ConfigMap that nobody here takes them from", () => {
    const config = { configFile: open };
    for (const values of [{ config }, { "oauth2-proxy": { config } }, { login: { gate: { config } } }]) {
      const text = stringify(values);
      const manifest = { apiVersion: "v1", kind: "ConfigMap", data: { "values.yaml": text } };
      assert.equal(messages(secure, manifest).length, 1, text);
    }
  });

  it("are judged under names that nobody knows, such as those of another chart of it", () => {
    assert.deepEqual(messages(secure, release({ gate: { configuration: { content: open } } }, "platform")), [
      "values.gate.configuration.content: cookie_secure = false sends the session over plain HTTP. " +
        "Write cookie_secure = true, or remove it.",
    ]);
    assert.equal(messages(secure, release({ configuration: { content: open } })).length, 1);
  });

  it("are judged once where the chart itself knows them", () => {
    assert.equal(messages(secure, release({ config: { existingSecret: "keys", configFile: open } })).length, 1);
  });

  it("are judged where Argo CD has them as a list in braces", () => {
    const helm = { parameters: [{ name: "extraArgs", value: "{--provider=oidc,--cookie-secure=false}" }] };
    const source = { chart: "oauth2-proxy", helm };
    const application = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", spec: { source } };
    assert.equal(messages(secure, application).length, 1);
  });

  it("bring a Redis without TLS", () => {
    const redis = { sessionStorage: { type: "redis" }, "redis-ha": { enabled: true } };
    assert.equal(messages(requireRedisTls, own(redis)).length, 1);
  });

  it("have alpha settings as values and as a text at once, behind the chart's own listener", () => {
    const alphaConfig = {
      enabled: true,
      configData: { providers: [{ oidcConfig: { issuerURL: "http://a" } }] },
      configFile: "upstreamConfig: { upstreams: [] }\n",
      serverConfigData: { tls: { cert: { fromFile: "/tls.crt" } } },
    };
    assert.equal(messages(requireHttpsIdentityEndpoints, own({ alphaConfig })).length, 1);
    assert.equal(messages(forbidPlainListeners, own({ alphaConfig })).length, 1);
    const server = { ...alphaConfig.serverConfigData, BindAddress: "127.0.0.1:4180" };
    assert.deepEqual(
      messages(forbidPlainListeners, own({ alphaConfig: { ...alphaConfig, serverConfigData: server } })),
      [],
    );
  });
});
