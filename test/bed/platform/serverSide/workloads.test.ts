import assert from "node:assert/strict";
import { type KubernetesObject } from "../../../../bed/platform/cluster/object";
import { imagesOf, lacking, workloadsReady } from "../../../../bed/platform/serverSide/workloads";
import { Failure } from "../../../../cli/exit";
import { type PlainObject } from "../../../../cli/manifests/shape";

const workload = (kind: string, status: PlainObject, spec: PlainObject = { replicas: 2 }): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "x", namespace: "a", generation: 3 },
  spec,
  status,
});
const all = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

describe("a workload", () => {
  it("is ready when all of its pods are new ones and available", () => {
    assert.equal(lacking(workload("Deployment", all)), undefined);
    for (const [change, said] of [
      [{ observedGeneration: 2 }, "not seen by its controller"],
      [{ updatedReplicas: 1 }, "1 of 2 pods are ready"],
      [{ availableReplicas: 0 }, "0 of 2 pods are ready"],
      [{ replicas: 3 }, "2 of 2 pods are ready, and old ones are left"],
    ] as const) {
      assert.equal(lacking(workload("Deployment", { ...all, ...change })), said);
    }
    assert.equal(lacking(workload("Deployment", {})), "not seen by its controller");
  });

  it("is ready as a DaemonSet when there is a pod on a node at all", () => {
    const daemons = { observedGeneration: 3, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
    assert.equal(lacking(workload("DaemonSet", daemons)), undefined);
    assert.match(lacking(workload("DaemonSet", { observedGeneration: 3 })) ?? "", /0 of 0/);
    assert.match(lacking(workload("DaemonSet", { ...daemons, numberAvailable: 0 })) ?? "", /0 of 1/);
  });

  it("is ready as a Job when it is complete, and a failure when it failed", () => {
    const job = (type: string) => workload("Job", { conditions: [{ type, status: "True", message: "backoff limit" }] });
    assert.equal(lacking(job("Complete")), undefined);
    assert.equal(lacking(workload("Job", {})), "not complete");
    assert.throws(
      () => lacking(job("Failed")),
      (error) => error instanceof Failure && error.details === "backoff limit",
    );
  });

  it("names its images", () => {
    const containers = [{ name: "a", image: "one" }];
    const template = { spec: { initContainers: [{ name: "i", image: "zero" }], containers } };
    assert.deepEqual(imagesOf(workload("Deployment", {}, { template })), ["zero", "one"]);
    assert.deepEqual(imagesOf(workload("Deployment", {}, {})), []);
  });

  it("that is not ready in time fails with what its pods, or the events about them, say", async () => {
    const spec = { replicas: 2, selector: { matchLabels: { app: "x" } } };
    const current = workload("Deployment", { ...all, availableReplicas: 0 }, spec);
    const pods = (items: unknown[], events: unknown[]) => ({
      pathOf: () => Promise.resolve("/x"),
      get: <T>() => Promise.resolve(current as T),
      list: <T>(path: string) => Promise.resolve((path.includes("/events") ? events : items) as T[]),
    });
    const detailsOf = async (api: ReturnType<typeof pods>) => {
      const args = { api, patience: 0.02, every: 0.01, progress: () => undefined };
      const error = await workloadsReady([current], args).catch((reason: unknown) => reason);
      assert.ok(error instanceof Failure);
      return error.details;
    };
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const pod = {
      metadata: { name: "x-1", namespace: "a" },
      status: { containerStatuses: [{ name: "c", ready: false, state: { waiting } }] },
    };
    assert.equal(
      await detailsOf(pods([pod], [])),
      "Deployment a/x: 0 of 2 pods are ready\n  Pod a/x-1: c: ImagePullBackOff: no such image",
    );
    const event = { type: "Warning", message: "violates PodSecurity", involvedObject: { name: "x-abc" } };
    assert.match(await detailsOf(pods([], [event])), /has no pods that say why; violates PodSecurity/);
  });
});
