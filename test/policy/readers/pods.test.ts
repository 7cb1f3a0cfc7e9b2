import assert from "node:assert/strict";
import { type Manifest } from "../../../policy/manifest";
import { containersOf, podsOf, show } from "../../../policy/readers/pods";
import { isUnknownValue } from "../../../policy/rule";
import { unknownCheckingProxy, unknownObjectValue } from "../support";

const spec = { containers: [{ name: "a", image: "a:v1.0.0" }] };
const template = { metadata: { labels: { app: "a" } }, spec };
const places = (manifest: Manifest) => podsOf(manifest).map(({ field }) => field);

describe("the reader of pods", () => {
  for (const [apiVersion, kind, body, field] of [
    ["v1", "Pod", { spec }, "spec"],
    ["v1", "PodTemplate", { template }, "template.spec"],
    ["v1", "ReplicationController", { spec: { template } }, "spec.template.spec"],
    ["apps/v1", "Deployment", { spec: { template } }, "spec.template.spec"],
    ["extensions/v1beta1", "Deployment", { spec: { template } }, "spec.template.spec"],
    ["apps/v1", "StatefulSet", { spec: { template } }, "spec.template.spec"],
    ["apps/v1", "DaemonSet", { spec: { template } }, "spec.template.spec"],
    ["apps/v1", "ReplicaSet", { spec: { template } }, "spec.template.spec"],
    ["batch/v1", "Job", { spec: { template } }, "spec.template.spec"],
    [
      "batch/v1beta1",
      "CronJob",
      { spec: { jobTemplate: { spec: { template } } } },
      "spec.jobTemplate.spec.template.spec",
    ],
    ["kubeflow.org/v1", "Notebook", { spec: { template } }, "spec.template.spec"],
    [
      "kubeflow.org/v1",
      "PyTorchJob",
      { spec: { pytorchReplicaSpecs: { Worker: { template } } } },
      "spec.pytorchReplicaSpecs.Worker.template.spec",
    ],
    ["serving.kserve.io/v1beta1", "InferenceService", { spec: { predictor: spec } }, "spec.predictor"],
    ["example.com/v1", "Job", { spec: { jobs: [{ template }] } }, "spec.jobs[0].template.spec"],
  ] as const) {
    it(`finds that of a ${kind} in ${apiVersion}`, () => {
      const manifest: Manifest = { apiVersion, kind, metadata: { name: "a" }, ...body };
      assert.deepEqual(places(manifest), [field]);
      assert.deepEqual(
        podsOf(manifest).flatMap((pod) => containersOf(pod).map(({ image }) => image?.name)),
        ["a"],
      );
    });
  }

  it("finds the labels and annotations beside the spec", () => {
    const [inTemplate] = podsOf({ apiVersion: "kubeflow.org/v1", kind: "Notebook", spec: { template } });
    assert.deepEqual(inTemplate?.labels, { app: "a" });
    const [own] = podsOf({ apiVersion: "v1", kind: "Pod", metadata: { annotations: { b: "c" } }, spec });
    assert.deepEqual(own?.annotations, { b: "c" });
  });

  it("finds none in a definition, nor in what has no containers", () => {
    assert.deepEqual(places({ apiVersion: "v1", kind: "CustomResourceDefinition", spec: { template } }), []);
    assert.deepEqual(places({ apiVersion: "v1", kind: "ConfigMap", data: { containers: "a" } }), []);
    assert.deepEqual(places({ apiVersion: "example.com/v1", kind: "Ship", spec: { containers: [20, 40] } }), []);
  });

  it("finds containers of every kind, in the order in which they start", () => {
    const [pod] = podsOf({
      apiVersion: "v1",
      kind: "Pod",
      spec: { ...spec, initContainers: [{ name: "i" }], ephemeralContainers: [{ name: "e" }] },
    });
    assert.ok(pod);
    assert.deepEqual(
      containersOf(pod).map(({ field }) => field),
      ["spec.initContainers[0]", "spec.containers[0]", "spec.ephemeralContainers[0]"],
    );
  });

  it("looks past what is unknown at preview, unless a pod may be there", () => {
    const manifest = (unknown: object) =>
      unknownCheckingProxy<Manifest>({ apiVersion: "example.com/v1", kind: "Thing", spec: { ...unknown, a: spec } });
    assert.deepEqual(places(manifest({ address: unknownObjectValue })), ["spec.a"]);
    assert.throws(() => places(manifest({ template: unknownObjectValue })), isUnknownValue);
  });

  it("shows a value in a message as long as it is short", () => {
    assert.equal(show(undefined), "absent");
    assert.equal(show([]), "[]");
    assert.equal(show([1, 2]), "a list of 2");
    assert.equal(show({}), "a map");
    assert.equal(show("root"), '"root"');
    assert.equal(show("x".repeat(121)), "a text of 121 characters");
  });
});
