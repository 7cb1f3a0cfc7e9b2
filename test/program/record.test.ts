import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { strict as assert } from "node:assert";
import { generatedText } from "./monitor";
import { record } from "./record";
import { holdsUnknown, Secret } from "./values";

const configMap = (name: string, args: k8s.core.v1.ConfigMapArgs = {}, opts: pulumi.CustomResourceOptions = {}) =>
  new k8s.core.v1.ConfigMap(name, { metadata: { name }, ...args }, opts);

/** A dependency that stands for a resource which is never made. */
const never = () => new Promise<pulumi.Resource>(() => undefined);

describe("the recording of a program", () => {
  it("holds what was declared, with the dependencies of options and of inputs", async () => {
    const recording = await record(() => {
      const first = configMap("first");
      const second = configMap("second", {}, { dependsOn: first });
      configMap("third", { data: { name: second.metadata.name } });
    });
    const [first, second, third] = ["first", "second", "third"].map((name) => recording.declared("ConfigMap", name));
    assert(first && second && third);
    assert.deepEqual(recording.object("ConfigMap", "third"), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "third" },
      data: { name: "second" },
    });
    assert(recording.waitsFor(third, second));
    assert(recording.waitsFor(third, first));
    assert(!recording.waitsFor(first, third));
  });

  it("keeps a secret's mark, and in a preview the mark of what is unknown", async () => {
    const program = () => {
      const password = new random.RandomPassword("password", { length: 8 });
      configMap("settings", { data: { password: password.result, plain: "text" } });
    };
    const updated = (await record(program)).declared("ConfigMap", "settings").inputs.data as Record<string, unknown>;
    assert.deepEqual(updated, { password: new Secret(generatedText("result", "password")), plain: "text" });
    const previewed = (await record(program, { mode: "preview" })).declared("ConfigMap", "settings").inputs.data;
    assert(previewed !== undefined && holdsUnknown(previewed));
  });

  it("gives the program's exports", async () => {
    const recording = await record(() => ({ url: "https://kubeflow.example.com/" }));
    assert.deepEqual(recording.stackOutputs, { url: "https://kubeflow.example.com/" });
  });

  it("fails on two resources with one URN", async () => {
    await assert.rejects(
      record(() => {
        configMap("same");
        configMap("same");
      }),
      /two resources have the same URN: .*::same/,
    );
  });

  it("fails on a program that throws", async () => {
    await assert.rejects(
      record(() => {
        throw new Error("no such setting");
      }),
      /no such setting/,
    );
  });

  it("fails on a promise that is rejected in an input", async () => {
    await assert.rejects(
      record(() => {
        configMap("broken", { data: pulumi.output(Promise.reject(new Error("no such value"))) });
      }),
      /no such value/,
    );
  });

  it("fails on a promise that is rejected with nobody to hear it", async () => {
    await assert.rejects(
      record(() => {
        void Promise.reject(new Error("unheard"));
        configMap("one");
      }),
      /unheard/,
    );
  });

  it("fails on a registration that never comes, and names it", async () => {
    await assert.rejects(
      record(() => configMap("late", {}, { dependsOn: never() }), { limitSeconds: 0.2 }),
      /waits for what never comes; not registered: kubernetes:core\/v1:ConfigMap late/,
    );
  });

  it("fails on a look-up of what exists outside of the program", async () => {
    await assert.rejects(
      record(() => void k8s.core.v1.ConfigMap.get("existing", "default/existing")),
      /there is no ConfigMap default\/existing/,
    );
  });

  it("lets one program run after another, a failed one included", async () => {
    const names = await Promise.all(
      ["a", "b"].map(async (name) => (await record(() => void configMap(name))).all("ConfigMap")[0]?.metadata.name),
    );
    assert.deepEqual(names, ["a", "b"]);
  });
});
