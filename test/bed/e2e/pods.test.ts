import assert from "node:assert/strict";
import { type KubernetesObject } from "@kubernetes/client-node";
import { podsOf, reachesPods } from "../../../bed/mutations/pods";

const object = { apiVersion: "v1", kind: "ConfigMap", namespace: "auth", name: "settings" };

/** A cluster with one Deployment that needs a few looks until its new pods are there. */
class Cluster {
  readonly patches: unknown[] = [];
  looks = 0;

  constructor(private readonly until: number) {}

  read = (header: KubernetesObject) => {
    this.looks += 1;
    const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const ready = this.looks >= this.until;
    return Promise.resolve({
      ...header,
      metadata: { ...header.metadata, generation: 2 },
      spec: { replicas: 2 },
      status: ready ? status : { ...status, updatedReplicas: 1 },
    });
  };

  patch = (patch: unknown) => {
    this.patches.push(patch);
    return Promise.resolve(patch);
  };

  get api() {
    return this as unknown as Parameters<typeof reachesPods>[0];
  }
}

describe("A mutation's way to the pods", () => {
  it("is none where nobody has to start anew", async () => {
    const cluster = new Cluster(1);
    assert.equal(podsOf({ object }), undefined);
    await reachesPods(cluster.api, undefined, "some");
    assert.deepEqual([cluster.patches, cluster.looks], [[], 0]);
  });

  it("is a mark at the Deployment that reads a ConfigMap, and waiting for its new pods", async () => {
    const cluster = new Cluster(2);
    await reachesPods(cluster.api, podsOf({ object, restarts: "server" }), "some");
    assert.deepEqual(cluster.patches, [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { namespace: "auth", name: "server" },
        spec: { template: { metadata: { annotations: { "gatehouse-bed/mutation": "some" } } } },
      },
    ]);
    assert.equal(cluster.looks, 2);
  });

  it("takes the mark away when it is undone, so that the pods are those of before", async () => {
    const cluster = new Cluster(1);
    await reachesPods(cluster.api, podsOf({ object, restarts: "server" }), undefined);
    assert.match(JSON.stringify(cluster.patches), /"gatehouse-bed\/mutation":null/);
  });

  it("is waiting alone where the Deployment itself was changed", async () => {
    const cluster = new Cluster(1);
    const pods = podsOf({ object: { ...object, apiVersion: "apps/v1", kind: "Deployment" } });
    await reachesPods(cluster.api, pods, "some");
    assert.deepEqual([cluster.patches, cluster.looks], [[], 1]);
  });
});
