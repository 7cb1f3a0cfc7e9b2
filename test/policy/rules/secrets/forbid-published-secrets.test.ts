import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { defaultHashes } from "../../../../policy/rules/pods/defaultCredentials";
import { forbidPublishedSecrets as rule } from "../../../../policy/rules/secrets/forbid-published-secrets";
import { published } from "../../../../policy/rules/secrets/publishedSecrets";
import { messages } from "../../support";

/** Put together here, so that a search for the secret finds no copy of it. */
const cookieSecret = ["7d16fee92f8d11b8", "940b081b3f8b8acb"].join("");
const clientSecret = ["pUBnBOY80SnXgjib", "TYM9ZWNzY2xreNGQok"].join("");
const ofTutorial = ["SXRNTGYzNUFtNi9MTGUv", "bXJmUnlLdUlYTU00a29ick4="].join("");
const ofDeployKf = "c".repeat(16);
const hash = ["$2y$12$4K/VkmDd1q1Orb3", "xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72"].join("");
const hashOfReadme = ["$2y$12$vIm8CANhuWui0J1p", "3jYeGeuM28Qcn76IFMaFWvZCG5ZkKZ4MjTF4u"].join("");
const hashOfChart = ["$2y$05$gY6dgXqjuzFhwdhsiF", "e7seM9q9Tile4Y3E.CBpAZJffkeiLaC21Gy"].join("");
const cookieOfProxy = ["OQINaROshtE9TcZkNAm", "-5Zs2Pv3xaWytBmc5W7sPX7w="].join("");
const clientOfProxy = ["b2F1dGgyLXByb3h5LWN", "saWVudC1zZWNyZXQK"].join("");
const password = "1234".repeat(2);

const configMap = (data: Record<string, string>): Manifest => ({ apiVersion: "v1", kind: "ConfigMap", data });
const holds = (field: string, what: string) =>
  `${field} holds ${what}, which everybody knows. Replace it by one of this installation's own.`;

describe("forbid-published-secrets", () => {
  it("lets secrets pass that nobody published", () => {
    const own = { "cookie-secret": "0123456789abcdef0123456789abcdef", password: "12341235", word: "dddddddddddddddd" };
    assert.deepEqual(messages(rule, { apiVersion: "v1", kind: "Secret", stringData: own }), []);
  });

  for (const [secret, what] of [
    [cookieSecret, "the cookie's secret of kubeflow/manifests"],
    [clientSecret, "the client's secret of kubeflow/manifests"],
    [hash, "the hash of the password of kubeflow/manifests"],
    [hashOfReadme, "the hash that kubeflow/manifests shows as an example of a new password's"],
    [hashOfChart, "the hash of the password in the examples of oauth2-proxy's chart"],
    [cookieOfProxy, "the cookie's secret of oauth2-proxy's local environment"],
    [clientOfProxy, "the client's secret of oauth2-proxy's local environment"],
    [password, "the password of kubeflow/manifests"],
    [ofTutorial, "the cookie's secret of a tutorial about Kubeflow with oauth2-proxy and Dex"],
    [ofDeployKf, "the cookie's secret of deployKF's defaults"],
    ["X".repeat(16), "the cookie's secret of oauth2-proxy's chart"],
  ] as const) {
    it(`rejects ${what} in a Secret, and doesn't repeat it`, () => {
      assert.deepEqual(messages(rule, { apiVersion: "v1", kind: "Secret", stringData: { key: secret } }), [
        holds("stringData.key", what),
      ]);
    });
  }

  it("rejects it in base64, with a line's end behind it", () => {
    const data = { key: Buffer.from(`${cookieSecret}\n`).toString("base64") };
    assert.deepEqual(messages(rule, { apiVersion: "v1", kind: "Secret", data }), [
      holds("data.key", "the cookie's secret of kubeflow/manifests"),
    ]);
  });

  it("rejects it in a file of TOML", () => {
    assert.deepEqual(messages(rule, configMap({ "oauth2_proxy.cfg": `a = 1\ncookie_secret="${cookieSecret}"\n` })), [
      holds('data["oauth2_proxy.cfg"]', "the cookie's secret of kubeflow/manifests"),
    ]);
  });

  it("rejects one that ends with the signs of base64 in a line of a file", () => {
    assert.deepEqual(messages(rule, configMap({ flags: `--a\n--cookie-secret=${ofTutorial}\n--b=c` })), [
      holds("data.flags", "the cookie's secret of a tutorial about Kubeflow with oauth2-proxy and Dex"),
    ]);
  });

  it("rejects a hash in Dex's configuration", () => {
    assert.deepEqual(messages(rule, configMap({ "config.yaml": `staticPasswords:\n- hash: ${hash}\n` })), [
      holds('data["config.yaml"]', "the hash of the password of kubeflow/manifests"),
    ]);
  });

  it("rejects a hash in a file of htpasswd", () => {
    const users = `person@example.com:${hashOfChart}\n`;
    assert.deepEqual(messages(rule, { apiVersion: "v1", kind: "Secret", stringData: { users } }), [
      holds("stringData.users", "the hash of the password in the examples of oauth2-proxy's chart"),
    ]);
  });

  it("recognises nothing that forbid-default-credentials recognises, so that one secret is one violation", () => {
    assert.ok(defaultHashes.size >= 6);
    assert.deepEqual(
      Object.keys(published).filter((hash) => defaultHashes.has(hash)),
      [],
    );
  });

  it("rejects it among arguments, in a variable and in a chart's values", () => {
    const containers = [{ args: [`--cookie-secret=${ofDeployKf}`], env: [{ name: "SECRET", value: clientSecret }] }];
    assert.deepEqual(messages(rule, { apiVersion: "v1", kind: "Pod", spec: { containers } }), [
      holds("spec.containers[0].args[0]", "the cookie's secret of deployKF's defaults"),
      holds("spec.containers[0].env[0].value", "the client's secret of kubeflow/manifests"),
    ]);
    const values = { config: { cookieSecret: "X".repeat(16) } };
    assert.deepEqual(messages(rule, { apiVersion: "helm.sh/v3", kind: "Release", chart: "oauth2-proxy", values }), [
      holds("values.config.cookieSecret", "the cookie's secret of oauth2-proxy's chart"),
    ]);
  });

  it("rejects it in base64 among other words, and with the dollars of a template", () => {
    const encoded = Buffer.from(`${ofDeployKf}\n`).toString("base64");
    assert.deepEqual(messages(rule, configMap({ "secret.yaml": `data: { cookie: ${encoded} }` })), [
      holds('data["secret.yaml"]', "the cookie's secret of deployKF's defaults"),
    ]);
    const doubled = { users: `a:${hashOfChart.replaceAll("$", "$$$$")}` };
    assert.equal(messages(rule, configMap(doubled)).length, 1);
    // Dex takes a hash in base64, too.
    const stored = {
      apiVersion: "dex.coreos.com/v1",
      kind: "Password",
      hash: Buffer.from(hashOfChart).toString("base64"),
    };
    assert.equal(messages(rule, stored).length, 1);
  });

  it("takes a word that stands for other things, too, only as a whole text", () => {
    assert.deepEqual(messages(rule, configMap({ script: `mktemp ${"X".repeat(8)}\necho ${password}` })), []);
  });

  it("leaves kubectl's copy of the object alone, which says everything twice", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": `{"a":"${cookieSecret}"}` };
    assert.deepEqual(messages(rule, { ...configMap({}), metadata: { annotations } }), []);
  });
});
