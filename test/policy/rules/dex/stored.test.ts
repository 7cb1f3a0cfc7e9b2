import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { forbidDexInlineSecrets } from "../../../../policy/rules/dex/forbid-dex-inline-secrets";
import { forbidDexInsecureSwitches } from "../../../../policy/rules/dex/forbid-dex-insecure-switches";
import { forbidDexMockConnectors } from "../../../../policy/rules/dex/forbid-dex-mock-connectors";
import { requireDexHttps } from "../../../../policy/rules/dex/require-dex-https";
import { requireVisibleDexConfiguration } from "../../../../policy/rules/dex/require-visible-dex-configuration";
import { requireSecureCookies } from "../../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { forbidSkipVerify } from "../../../../policy/rules/tls/forbid-skip-verify";
import { messages, together } from "../../support";
import * as proxy from "../oauth2-proxy/fixtures";
import { complaints, dexConfig, workload } from "./fixtures";

describe("a connector in Dex's storage", () => {
  const connector = (type: string, config: object): Manifest => ({
    apiVersion: "dex.coreos.com/v1",
    kind: "Connector",
    metadata: { name: "company", namespace: "auth" },
    id: "company",
    type,
    config: Buffer.from(JSON.stringify(config)).toString("base64"),
  });
  const rules = [forbidDexMockConnectors, forbidDexInlineSecrets, forbidDexInsecureSwitches, requireDexHttps];
  const said = (manifest: Manifest) => [...rules, forbidSkipVerify].flatMap((rule) => messages(rule, manifest));

  it("may be one that asks a provider", () => {
    assert.deepEqual(said(connector("oidc", { issuer: "https://login.example.com", clientSecret: "$SECRET" })), []);
  });

  it("is judged as one in the configuration", () => {
    assert.deepEqual(said(connector("mockPassword", { username: "admin" })), [
      'type = "mockPassword" is no connector that asks who somebody is. Use one of a real provider.',
    ]);
    const config = {
      issuer: "http://x",
      clientSecret: "correct horse",
      insecureSkipEmailVerified: true,
      insecureSkipVerify: true,
    };
    assert.deepEqual(said(connector("oidc", config)), [
      "config.clientSecret holds a secret that everybody can read who may read this object. Write it into Dex's " +
        "configuration, and name its variable there.",
      "config.insecureSkipEmailVerified = true turns a protection off. Remove it, or write false.",
      'config.issuer = "http://x" is plain HTTP. Write https://, and name a private CA in rootCAs.',
      "config: insecureSkipVerify = true turns certificate verification off. Set it to false, or remove it; a private CA is " +
        "trusted by naming it.",
    ]);
  });
});

describe("a client in Dex's storage", () => {
  it("has a secret that everybody can read", () => {
    const client = { apiVersion: "dex.coreos.com/v1", kind: "OAuth2Client", id: "gate", secret: "correct horse" };
    assert.equal(messages(forbidDexInlineSecrets, client).length, 1);
  });
});

describe("Dex's storage and signer", () => {
  it("are asked over HTTPS", () => {
    const etcd = { type: "etcd", config: { endpoints: ["https://a:2379", "http://b:2379"] } };
    assert.equal(complaints(requireDexHttps, { storage: etcd }).length, 1);
    assert.equal(
      complaints(requireDexHttps, { signer: { type: "vault", config: { addr: "http://vault" } } }).length,
      1,
    );
  });

  it("verify certificates, in a chart's values and in keys of another case", () => {
    const storage = { Type: "postgres", Config: { SSL: { Mode: "require" } } };
    const release = {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "dex",
      values: { config: { Storage: storage } },
    };
    assert.deepEqual(messages(forbidSkipVerify, release), [
      "values.config.Storage.Config.SSL.Mode = \"require\" doesn't verify the database's certificate. " +
        'Use "verify-full" or "verify-ca", with the CA in storage.config.ssl.caFile.',
    ]);
  });
});

describe("a template of a Secret", () => {
  const external = (data: Record<string, string>, name?: string): Manifest => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "template", namespace: "auth" },
    spec: { target: { name, template: { data } } },
  });
  const clientSecret = "{{ .secret }}";

  it("is judged as Dex's configuration, without what the operator puts there", () => {
    const text = stringify(dexConfig({ issuer: "http://dex", "connectors[0].config.clientSecret": clientSecret }));
    assert.equal(messages(requireDexHttps, external({ "config.yaml": text })).length, 1);
    assert.deepEqual(messages(forbidDexInlineSecrets, external({ "config.yaml": text })), []);
    const sealed = {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      spec: { template: { data: { a: text } } },
    };
    assert.equal(messages(requireDexHttps, sealed).length, 1);
  });

  it("is the Secret that a workload mounts", () => {
    const mounting = (manifest: Manifest, name: string) =>
      JSON.parse(
        JSON.stringify(manifest).replace(/"configMap":\{"name":"\w+"\}/, `"secret":{"secretName":"${name}"}`),
      ) as Manifest;
    const toml = proxy.toml({ ...proxy.safeSettings, cookie_secure: false, cookie_secret: clientSecret });
    const objects = [external({ "oauth2_proxy.cfg": toml }, "made"), mounting(proxy.workload(), "made")];
    assert.deepEqual(
      together(requireSecureCookies, objects).map(([at]) => at),
      [0],
    );
    const config = external({ "config.yaml": stringify(dexConfig()) });
    assert.deepEqual(together(requireVisibleDexConfiguration, [config, mounting(workload(), "template")]), []);
  });
});
