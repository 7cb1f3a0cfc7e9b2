import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidDefaultCredentials as rule } from "../../../../policy/rules/pods/forbid-default-credentials";
import { run } from "../../../../policy/run";
import { changed, context, messages, unknownCheckingProxy, unknownStringValue } from "../../support";
import { container, deployment } from "./fixtures";

const storeKey = "minio123";
const store = "the object store's secret key that Kubeflow Pipelines ships";
const secret: Manifest = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "mlpipeline-minio-artifact", namespace: "kubeflow" },
  stringData: { accesskey: "minio", secretkey: "c2VjcmV0IGtleSBvZiBvdXIgb3du" },
};
const mend = "Generate a value of your own, and rotate the old one.";
const elsewhere = "Generate a value of your own in a Secret, and rotate the old one.";

describe("forbid-default-credentials", () => {
  it("lets values of one's own pass", () => {
    assert.deepEqual(messages(rule, secret), []);
    assert.deepEqual(messages(rule, deployment), []);
  });

  for (const [value, what] of [
    [storeKey, store],
    ["minioadmin", "MinIO's default credential"],
  ] as const) {
    it(`rejects ${what} (${value.slice(0, 4)}…), and never says it`, () => {
      const found = messages(rule, changed(secret, { "stringData.secretkey": value }));
      assert.deepEqual(found, [`stringData.secretkey holds ${what}. ${mend}`]);
      assert.ok(!found.join().includes(value));
    });
  }

  it("decodes a Secret's data", () => {
    const data = { secretkey: Buffer.from(`${storeKey}\n`).toString("base64") };
    assert.deepEqual(messages(rule, changed(secret, { stringData: undefined, data })), [
      `data.secretkey holds ${store}. ${mend}`,
    ]);
  });

  it("finds it inside of a text", () => {
    const manifest: Manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "store" },
      data: { "config.json": `{"accessKey":"minio","secretKey":"${storeKey}"}` },
    };
    assert.deepEqual(messages(rule, manifest), [`data["config.json"] holds ${store}. ${elsewhere}`]);
  });

  it("finds it in an environment", () => {
    const manifest = changed(deployment, { [`${container}.env`]: [{ name: "SECRET_KEY", value: storeKey }] });
    assert.deepEqual(messages(rule, manifest), [`${container}.env[0].value holds ${store}. ${elsewhere}`]);
  });

  it("finds it in a URL", () => {
    const manifest = changed(deployment, { [`${container}.args`]: [`https://minio:${storeKey}@store.example.com/`] });
    assert.deepEqual(messages(rule, manifest), [`${container}.args[0] holds ${store}. ${elsewhere}`]);
  });

  it("finds it in an argument", () => {
    const manifest = changed(deployment, { [`${container}.args`]: [`--secret-key=${storeKey}`] });
    assert.deepEqual(messages(rule, manifest), [`${container}.args[0] holds ${store}. ${elsewhere}`]);
  });

  it("finds it in a chart's values", () => {
    const manifest: Manifest = {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      values: { minio: { rootPassword: storeKey } },
    };
    assert.deepEqual(messages(rule, manifest), [`values.minio.rootPassword holds ${store}. ${elsewhere}`]);
  });

  for (const word of ["admin", "password", "changeme", "minio"]) {
    it(`rejects ${word} as a password`, () => {
      assert.deepEqual(messages(rule, changed(secret, { "stringData.DB_PASSWORD": word })), [
        `stringData.DB_PASSWORD holds a password that everybody tries. ${mend}`,
      ]);
    });

    it(`lets ${word} pass as anything else`, () => {
      assert.deepEqual(messages(rule, changed(secret, { "stringData.username": word })), []);
    });
  }

  it("lets the name of a Secret's key pass", () => {
    const manifest: Manifest = {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      spec: { data: [{ secretKey: "password" }] },
    };
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("knows a variable's name beside its value", () => {
    const manifest = changed(deployment, { [`${container}.env`]: [{ name: "ADMIN_PASSWORD", value: "admin" }] });
    assert.deepEqual(messages(rule, manifest), [
      `${container}.env[0].value holds a password that everybody tries. ${elsewhere}`,
    ]);
  });

  it("leaves a definition alone, whose examples are nobody's", () => {
    const manifest = changed(deployment, { kind: "CustomResourceDefinition", [`${container}.args`]: [storeKey] });
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("reports a value that is unknown at preview, and what is wrong with the next", () => {
    const manifest = changed(secret, { "stringData.accesskey": unknownStringValue, "stringData.secretkey": storeKey });
    const found = run(rule, unknownCheckingProxy(manifest), context).map(({ kind, field }) => `${kind} ${field}`);
    assert.deepEqual(found, ["unchecked stringData.accesskey", "violation stringData.secretkey"]);
  });
});
