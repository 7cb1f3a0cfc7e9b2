import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidOpenDexApi } from "../../../../policy/rules/dex/forbid-open-dex-api";
import { requireVisibleDexConfiguration } from "../../../../policy/rules/dex/require-visible-dex-configuration";
import { messages, together } from "../../support";
import { configured, workload } from "./fixtures";

const said = (...manifests: Manifest[]) =>
  together(requireVisibleDexConfiguration, manifests).map(([, message]) => message);
const serve = ["dex", "serve", "/etc/dex/config.yaml"];
const container = "spec.template.spec.containers[0]";

describe("require-visible-dex-configuration", () => {
  for (const [sentence, changes] of Object.entries({
    "in its arguments": {},
    "in its command": { command: serve, args: [] },
    "behind a flag": { args: ["serve", "--web-http-addr", "127.0.0.1:5556", "--telemetry-addr=:1", serve[2]] },
    "in a script": { command: ["sh", "-c", `wait-for db; exec dex serve ${serve[2]} > /dev/stdout`], args: [] },
    "of a mirror": { image: "registry.example.com:5000/mirror/dexidp-dex@sha256:0", args: ["serve", serve[2]] },
  })) {
    it(`sees the configuration that a Dex names ${sentence}`, () => {
      assert.deepEqual(said(configured(), workload(changes)), []);
      assert.deepEqual(said(workload(changes)).length, 1);
    });
  }

  it("rejects a ConfigMap that isn't there", () => {
    assert.deepEqual(said(workload()), [
      `${container}.args[2] takes settings from the ConfigMap dex, which is not among these objects, so nobody can see ` +
        "them. Hand that ConfigMap in with them, or write the settings here.",
    ]);
  });

  it("rejects the configuration of the image", () => {
    const message =
      `${container} runs Dex with the configuration of its image, which nobody sees here. Mount a ConfigMap or a Secret, and ` +
      "write dex serve with the path of its file.";
    assert.deepEqual(said(configured(), workload({ args: [] })), [message]);
    assert.deepEqual(said(configured(), workload({ command: ["/run.sh"], args: [] })), [message]);
  });

  it("rejects a file that is written while the pod starts", () => {
    const command = ["sh", "-c", "envsubst < /etc/dex/config.yaml > /tmp/dex.yaml && dex serve /tmp/dex.yaml"];
    assert.deepEqual(said(configured(), workload({ command, args: [] })), [
      `${container}.command[2] reads /tmp/dex.yaml, which is no file of a ConfigMap or a Secret. Mount it from one.`,
    ]);
  });

  it("rejects a text that the other rules don't know for Dex's", () => {
    const config = { ...configured(), data: { "config.yaml": "web: { http: 0.0.0.0:5556 }\n" } };
    assert.deepEqual(said(config, workload()), [
      `${container}.args[2] reads data["config.yaml"] of ConfigMap, which names no issuer and no storage, so nobody can ` +
        "tell what is in it. Write Dex's whole configuration there.",
    ]);
  });

  it("leaves other programs alone, an init container of the same image too", () => {
    const other = { image: "ghcr.io/example/dex-k8s-authenticator:1", args: [] };
    assert.deepEqual(said(workload(other)), []);
    const manifest = JSON.parse(JSON.stringify(workload()).replace('"containers"', '"initContainers"')) as Manifest;
    const { spec } = (manifest as unknown as { spec: { template: { spec: Record<string, unknown[]> } } }).spec.template;
    spec["containers"] = [{ name: "main", image: "registry.example.com/main:1" }];
    spec["initContainers"] = [{ name: "copy", image: "ghcr.io/dexidp/dex:v2.45.1", command: ["cp", "/a", "/b"] }];
    assert.deepEqual(said(manifest), []);
  });

  it("rejects a chart's values in files, and a Secret that isn't there", () => {
    const release = (values: object, spec: object = {}): Manifest => ({
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      metadata: { name: "dex", namespace: "auth" },
      spec: { chart: { spec: { chart: "dex" } }, values, ...spec },
    });
    assert.deepEqual(said(release({ config: {} })), []);
    assert.deepEqual(said(release({}, { valuesFrom: [{ kind: "Secret", name: "values" }] })), [
      "spec.valuesFrom[0] gives values in files, which nobody sees here. Write them into the values.",
    ]);
    assert.deepEqual(said(release({ config: {} }, { postRenderers: [{ kustomize: { patches: [{}] } }] })), [
      "spec.postRenderers changes what the chart renders, so nobody can see here which settings hold. " +
        "Write them into the values, and remove it.",
    ]);
    assert.deepEqual(said(release({ configSecret: { create: false, name: "dex" } })), [
      "spec.values.configSecret.name takes settings from the Secret dex, which is not among these objects, so nobody can " +
        "see them. Hand that Secret in with them, or write the settings here.",
    ]);
  });
});

describe("forbid-open-dex-api", () => {
  it("rejects the flag that opens the API", () => {
    for (const args of [
      [...serve, "--grpc-addr=:5557"],
      ["dex", "serve", "--grpc-addr", ":5557", serve[2]],
    ]) {
      const [message = ""] = messages(forbidOpenDexApi, workload({ args }));
      assert.match(message, /\(--grpc-addr\) = ":5557" opens the API whatever the configuration says of it\./);
    }
    assert.deepEqual(messages(forbidOpenDexApi, workload({ args: [...serve, "--grpc-addr=127.0.0.1:5557"] })), []);
  });
});
