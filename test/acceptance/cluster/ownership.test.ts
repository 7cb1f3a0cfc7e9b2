import assert from "node:assert/strict";
import { apiOf, fieldManager } from "../../../acceptance/cluster/api";
import { type ManagedFields } from "../../../acceptance/cluster/objects";
import { giveBack, ownersOf, restored } from "../../../acceptance/cluster/ownership";
import { FakeCluster, FakeStatus } from "./fakeCluster";

const replicas = ["f:spec", "f:replicas"];
const pulumi: ManagedFields = {
  manager: "pulumi",
  operation: "Apply",
  apiVersion: "apps/v1",
  fieldsV1: { "f:spec": { "f:replicas": {}, "f:template": {} } },
};

describe("giving a field back to its owner", () => {
  it("takes the suite's claim away and adds the owner's, and touches nobody else", () => {
    const now: ManagedFields[] = [
      { ...pulumi, fieldsV1: { "f:spec": { "f:template": {} } } },
      { manager: "kube-controller-manager", operation: "Update", subresource: "status", fieldsV1: { "f:status": {} } },
      { manager: fieldManager, operation: "Update", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    ];
    assert.deepEqual(restored(now, replicas, [pulumi]), [
      { ...pulumi, fieldsV1: { "f:spec": { "f:template": {}, "f:replicas": {} } } },
      now[1],
    ]);
  });

  it("keeps what else the suite owns", () => {
    const fieldsV1 = { "f:metadata": { "f:annotations": { "f:a": {} } }, "f:spec": { "f:replicas": {} } };
    const now: ManagedFields[] = [{ manager: fieldManager, operation: "Update", fieldsV1 }];
    assert.deepEqual(restored(now, replicas, []), [
      { ...now[0], fieldsV1: { "f:metadata": { "f:annotations": { "f:a": {} } } } },
    ]);
  });

  it("brings an owner back who owned nothing else", () => {
    const alone: ManagedFields = {
      manager: "autoscaler",
      operation: "Update",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    };
    assert.deepEqual(restored([], replicas, [alone]), [alone]);
  });

  it("finds owners by the field, whatever else they own", () => {
    const managedFields = [
      pulumi,
      { manager: "other", operation: "Update", fieldsV1: { "f:spec": { "f:paused": {} } } },
    ];
    assert.deepEqual(ownersOf({ name: "a", uid: "u", managedFields }, replicas), [pulumi]);
    assert.deepEqual(ownersOf({ name: "a", uid: "u" }, replicas), []);
  });

  it("tries again when somebody wrote in the meantime", async () => {
    const cluster = await FakeCluster.start();
    try {
      cluster.deploy("auth", "dex", 2);
      const dex = cluster.deployments.get("auth/dex") ?? assert.fail();
      const owners = ownersOf(dex.metadata, replicas);
      dex.metadata.managedFields = [
        { manager: fieldManager, operation: "Update", fieldsV1: { "f:spec": { "f:replicas": {} } } },
      ];
      let refused = 0;
      cluster.before = ({ method }) => {
        if (method === "PATCH" && refused < 2) {
          refused += 1;
          throw new FakeStatus(refused === 1 ? 409 : 422, "Conflict");
        }
      };
      const api = apiOf(cluster.access);
      const path = "/apis/apps/v1/namespaces/auth/deployments/dex";
      await giveBack(api, path, replicas, owners, AbortSignal.timeout(5_000));
      assert.equal(refused, 2);
      assert.deepEqual(
        dex.metadata.managedFields.map(({ manager }) => manager),
        ["pulumi-kubernetes"],
      );
    } finally {
      await cluster.close();
    }
  });
});
