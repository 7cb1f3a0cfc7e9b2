import assert from "node:assert/strict";
import { resolve, sep } from "node:path";
import fc from "fast-check";
import { fileNames, safeName } from "../../../cli/manifests/fileName";
import { type ObjectId, objectKey } from "../../../cli/manifests/objectId";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom(
    "..",
    ".",
    "",
    "../../etc/passwd",
    "/",
    "a/b",
    "a\\b",
    "C:\\x",
    "CON",
    "a\0b",
    "x".repeat(400),
    "Ä",
    "-rf",
    "kustomization",
    "Kustomization.yaml",
  ),
);
const id: fc.Arbitrary<ObjectId> = fc.record(
  { apiVersion: text, kind: text, namespace: text, name: text },
  { requiredKeys: ["apiVersion", "kind", "name"] },
);

describe("the name of an object's file", () => {
  it("stays inside the folder, whatever the object's names contain", () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 5 }), (ids) => {
        for (const name of fileNames(ids)) {
          const path = resolve("/out", name);
          assert.ok(path.startsWith(`${sep}out${sep}`), path);
          assert.match(name, /^[1-4]-[a-z]+\/[a-z0-9_][a-z0-9._-]*\/[a-z0-9_][a-z0-9._-]*\.yaml$/);
          assert.ok(name.split("/").every((step) => step.length <= 255));
        }
      }),
    );
  });

  it("is never that of a kustomization", () => {
    const odd = { apiVersion: "v1", kind: "", name: "kustomization" };
    assert.match(fileNames([odd])[0] ?? "", /\/kustomization-[0-9a-f]{8}\.yaml$/);
    fc.assert(
      fc.property(fc.array(id, { maxLength: 5 }), (ids) => {
        assert.ok(fileNames(ids).every((name) => !name.endsWith("/kustomization.yaml")));
      }),
    );
  });

  it("is another one for each object", () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 20, selector: objectKey }), (ids) => {
        assert.equal(new Set(fileNames(ids)).size, ids.length);
      }),
    );
  });

  it("is the same whatever the other objects are, unless one of them wants it too", () => {
    const gateway = { apiVersion: "networking.istio.io/v1", kind: "Gateway", namespace: "ingress", name: "main" };
    const other = { ...gateway, apiVersion: "gateway.networking.k8s.io/v1" };
    assert.deepEqual(fileNames([gateway]), ["4-gate/ingress/gateway-main.yaml"]);
    const [first, second] = fileNames([gateway, other]);
    assert.match(first ?? "", /^4-gate\/ingress\/gateway-main-[0-9a-f]{8}\.yaml$/);
    assert.match(second ?? "", /^4-gate\/ingress\/gateway-main-[0-9a-f]{8}\.yaml$/);
    assert.notEqual(first, second);
    assert.deepEqual(fileNames([other, gateway]), [second, first]);
  });

  it("keeps what a Kubernetes name may contain", () => {
    assert.equal(safeName("my-app.v1"), "my-app.v1");
    assert.deepEqual(
      fileNames([{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "system:x" }]),
      ["2-foundations/cluster/clusterrole-system-x.yaml"],
    );
  });
});
