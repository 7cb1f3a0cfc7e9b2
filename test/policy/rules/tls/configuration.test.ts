import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { run } from "../../../../policy/run";
import {
  changed,
  context,
  messages,
  unknownCheckingProxy,
  unknownObjectValue,
  unknownStringValue,
} from "../../support";
import { configMap, oauth2ProxyToml, secret, turnsOff } from "./fixtures";

function configMapOf(name: string, text: string): Manifest {
  return configMap({ [name]: text });
}

describe("an empty setting", () => {
  it("leaves a file's verification as the program has it, as in KServe's settings", () => {
    const text = '{ "s3VerifySSL": "", "s3Endpoint": "" }';
    assert.deepEqual(messages(rule, configMapOf("credentials", text)), []);
    assert.deepEqual(messages(rule, configMapOf("_example", `# an example\ncredentials: |-\n  ${text}\n`)), []);
  });
});

describe("forbid-skip-verify in other configurations", () => {
  it("rejects insecureSkipVerify in the mesh configuration", () => {
    const manifest = configMapOf(
      "mesh",
      "defaultConfig:\n  tracing:\n    tlsSettings:\n      mode: SIMPLE\n      insecureSkipVerify: true\n",
    );
    assert.deepEqual(messages(rule, manifest), [
      turnsOff("data.mesh: defaultConfig.tracing.tlsSettings.insecureSkipVerify"),
    ]);
  });

  it("rejects insecure-skip-tls-verify in a kubeconfig", () => {
    const kubeconfig = { kind: "Config", clusters: [{ name: "a", cluster: { "insecure-skip-tls-verify": true } }] };
    const manifest = secret({ stringData: { kubeconfig: stringify(kubeconfig) } });
    assert.deepEqual(messages(rule, manifest), [
      turnsOff("stringData.kubeconfig: clusters[0].cluster.insecure-skip-tls-verify"),
    ]);
  });

  it("rejects it in a section of a TOML file", () => {
    assert.deepEqual(messages(rule, configMapOf("agent.toml", "[client]\ninsecure_skip_verify = true\n")), [
      turnsOff('data["agent.toml"]: client.insecure_skip_verify'),
    ]);
  });

  it("lets a switch pass that has no value", () => {
    assert.deepEqual(messages(rule, configMapOf("a.yaml", "tls:\n  insecureSkipVerify:\n")), []);
  });

  it("lets a switch that means the opposite pass when it is on, as a boolean, a number or a CA's path", () => {
    for (const value of ["true", "1", '"1"', "/etc/ca.crt", "full"]) {
      assert.deepEqual(messages(rule, configMapOf("a.yaml", `verify_ssl: ${value}\n`)), [], value);
    }
  });

  it("names the document of a text with several", () => {
    const manifest = configMapOf("all.yaml", "a: 1\n---\ntls:\n  insecureSkipVerify: true\n");
    assert.deepEqual(messages(rule, manifest), [turnsOff('data["all.yaml"] (document 2): tls.insecureSkipVerify')]);
  });

  it("reads a configuration inside a configuration", () => {
    const inner = stringify({ tls: { insecureSkipVerify: true } });
    const manifest = configMapOf("outer.json", JSON.stringify({ files: { "inner.yaml": inner } }));
    assert.deepEqual(messages(rule, manifest), [
      turnsOff('data["outer.json"]: files["inner.yaml"]: tls.insecureSkipVerify'),
    ]);
  });

  it("lets a schema pass, which names settings without setting them", () => {
    const crd = "kind: CustomResourceDefinition\nspec:\n  properties:\n    insecureSkipVerify:\n      type: boolean\n";
    assert.deepEqual(messages(rule, configMapOf("crd.yaml", crd)), []);
    const manifest = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      spec: { insecureSkipVerify: {} },
    };
    assert.deepEqual(messages(rule, manifest), []);
  });
});

describe("forbid-skip-verify at preview", () => {
  const compliantMap = configMap({ "oauth2_proxy.cfg": oauth2ProxyToml });
  const preview = (manifest: Manifest): string[] =>
    run(rule, unknownCheckingProxy(manifest), context).map((finding) => `${finding.kind} ${finding.field}`);

  it("reports an unknown text as not checked and looks at the others", () => {
    const manifest = changed(compliantMap, {
      "data.ca~crt": unknownStringValue,
      "data.other~yaml": "tls:\n  insecureSkipVerify: true\n",
    });
    assert.deepEqual(preview(manifest), [
      'unchecked data["ca.crt"]',
      'violation data["other.yaml"]: tls.insecureSkipVerify',
    ]);
  });

  it("reports a whole map that is unknown", () => {
    assert.deepEqual(preview(changed(compliantMap, { data: unknownObjectValue })), ["unchecked data"]);
  });
});
