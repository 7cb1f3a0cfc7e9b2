import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { strict as assert } from "node:assert";
import { defectsOf } from "./defects";
import { record } from "./record";

const defects = async (program: () => unknown, given: string[] = []) => defectsOf(await record(program), given);
const configMap = (name: string, data: k8s.types.input.core.v1.ConfigMap["data"], called = name) =>
  new k8s.core.v1.ConfigMap(name, { metadata: { name: called, namespace: "auth" }, data });

describe("the defects of a recording", () => {
  it("are none where nothing is wrong", async () => {
    assert.deepEqual(await defects(() => void configMap("settings", { a: "b" })), []);
  });

  it("are a field that the API server would drop", async () => {
    const spec = { selectors: { app: "dex" } } as k8s.types.input.core.v1.ServiceSpec;
    const [defect] = await defects(
      () => void new k8s.core.v1.Service("dex", { metadata: { name: "dex", namespace: "auth" }, spec }),
    );
    assert.match(defect ?? "", /^Service auth\/dex: data\/spec has no field selectors;/);
  });

  it("are what a mandatory policy rejects", async () => {
    const [defect] = await defects(
      () => void configMap("proxy", { "oauth2-proxy.cfg": "ssl_insecure_skip_verify = true" }),
    );
    assert.match(defect ?? "", /^ConfigMap auth\/proxy: .*ssl_insecure_skip_verify/);
  });

  it("are what a mandatory policy over all objects rejects", async () => {
    const [defect] = await defects(
      () =>
        void new k8s.apiextensions.CustomResource("tokens", {
          apiVersion: "security.istio.io/v1",
          kind: "RequestAuthentication",
          metadata: { name: "tokens", namespace: "auth" },
          spec: {
            selector: { matchLabels: { app: "portal" } },
            jwtRules: [{ issuer: "https://dex.example.com", audiences: ["portal"] }],
          },
        }),
    );
    assert.match(defect ?? "", /^RequestAuthentication auth\/tokens: No AuthorizationPolicy here denies requests/);
  });

  it("are what a policy rejects that is advisory in dev, in any other environment", async () => {
    const config = "issuer: https://kubeflow.example.com/dex\nstorage: { type: kubernetes }\nenablePasswordDB: true\n";
    const recording = await record(() => void configMap("dex", { "config.yaml": config }));
    const inDev = await defectsOf(recording, [], "dev");
    assert.deepEqual(
      (await defectsOf(recording)).filter((defect) => !inDev.includes(defect)),
      [
        'ConfigMap auth/dex: data["config.yaml"]: enablePasswordDB = true has Dex sign people in with passwords of its ' +
          "own. Remove it, and sign people in with a connector.",
      ],
    );
  });

  it("are two objects of one name", async () => {
    const found = await defects(() => {
      configMap("first", {}, "same");
      configMap("second", {}, "same");
    });
    assert.deepEqual(found, ["v1 ConfigMap auth/same is declared twice"]);
  });

  it("are a generated secret and a given one without their marks", async () => {
    const found = await defects(() => {
      const password = new random.RandomPassword("password", { length: 8 });
      new k8s.core.v1.Secret("fine", { metadata: { name: "fine" }, stringData: { password: password.result } });
      configMap("open", { given: "a password", generated: "<generated result of password>" });
    }, ["a password"]);
    const urn = "urn:pulumi:test::kubeflow-gatehouse::kubernetes:core/v1:ConfigMap::open";
    assert.deepEqual(found.sort(), [
      `${urn} holds <generated result of password> in the open`,
      `${urn} holds a password in the open`,
    ]);
  });
});
