import assert from "node:assert/strict";
import { type Api, ApiError } from "../../../../bed/platform/cluster/api";
import { FakeCluster, status } from "../fakeCluster";

describe("the bed's access to the API server", () => {
  let cluster: FakeCluster;
  let api: Api;
  beforeEach(async () => {
    cluster = new FakeCluster();
    api = await cluster.start();
  });
  afterEach(() => cluster.stop());

  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "a", namespace: "b" },
    data: { odd_field: "x" },
  };

  it("applies an object as it is, with its fields checked, and takes over what others own", async () => {
    await api.apply(secret);
    const { method, path, query, body } = cluster.asked.at(-1) ?? assert.fail();
    assert.equal(`${method} ${path}`, "PATCH /api/v1/namespaces/b/secrets/a");
    assert.deepEqual(Object.fromEntries(query), {
      fieldManager: "gatehouse-bed",
      force: "true",
      fieldValidation: "Strict",
    });
    assert.deepEqual(JSON.parse(body), secret);
  });

  it("asks for the kinds of a group once, and again for a kind that came since", async () => {
    await api.pathOf({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "x" } });
    assert.equal(
      await api.pathOf({ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "x", namespace: "y" } }),
      "/apis/apps/v1/namespaces/y/daemonsets/x",
    );
    assert.equal(cluster.asked.length, 1);
    await assert.rejects(
      api.pathOf({ apiVersion: "apps/v1", kind: "Mystery", metadata: { name: "x" } }),
      /no kind Mystery below \/apis\/apps\/v1/,
    );
    assert.equal(cluster.asked.length, 2);
  });

  it("says what the API server says when it refuses", async () => {
    cluster.answer = ({ method }) =>
      method === "PATCH" ? { status: 403, body: status("Forbidden", "denied by a rule") } : undefined;
    await assert.rejects(api.apply(secret), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.status, error.reason, error.message], [403, "Forbidden", "denied by a rule"]);
      return true;
    });
  });

  it("deletes on a connection that serves the next request as well, and takes what is gone for deleted", async () => {
    await api.apply(secret);
    assert.equal(await api.remove(secret), true);
    assert.equal(await api.remove(secret), false);
    assert.equal(await api.find("/api/v1/namespaces/b/secrets/a"), undefined);
    assert.match(
      cluster.asked.find(({ method }) => method === "DELETE")?.body ?? "",
      /"propagationPolicy":"Background"/,
    );
  });

  it("fails when nobody answers", async () => {
    cluster.stop();
    await assert.rejects(api.get("/version"), /GET \/version/);
  });
});
