import assert from "node:assert/strict";
import { ApiError } from "../../../acceptance/cluster/api";
import { collectionOf, make, withObject, withSandbox } from "../../../acceptance/cluster/sandbox";
import { makeServiceAccount, tokenOf } from "../../../acceptance/cluster/serviceAccounts";
import { MemoryApi, notFound } from "./memoryApi";

const { signal } = new AbortController();

describe("the suite's own namespace", () => {
  it("is restricted, has the objects that are made in it, and goes with them", async () => {
    const api = new MemoryApi(() => ({ metadata: { name: "a", uid: "1" } }));
    let namespace = "";
    await withSandbox(api, { sidecars: true, labels: { "example.com/a": "b" }, signal }, async (sandbox) => {
      namespace = sandbox.namespace;
      await makeServiceAccount(sandbox, "machine");
    });
    assert.match(namespace, /^gatehouse-verify-[0-9a-f]{8}$/);
    assert.deepEqual(
      api.calls.map(({ method, path }) => `${method} ${path}`),
      [
        "create /api/v1/namespaces",
        `create /api/v1/namespaces/${namespace}/serviceaccounts`,
        `remove /api/v1/namespaces/${namespace}`,
      ],
    );
    const [{ metadata } = {}] = api.made("Namespace") as { metadata?: { labels: object } }[];
    assert.deepEqual(metadata?.labels, {
      "example.com/a": "b",
      "app.kubernetes.io/managed-by": "gatehouse-verify",
      "pod-security.kubernetes.io/enforce": "restricted",
      "istio-injection": "enabled",
    });
  });

  it("goes after a failure as well, which is told", async () => {
    const api = new MemoryApi();
    const failing = withSandbox(api, { sidecars: false, signal }, () => Promise.reject(new Error("the check failed")));
    await assert.rejects(failing, /^Error: the check failed$/);
    assert.equal(api.calls.at(-1)?.method, "remove");
  });

  it("is nothing to remove where it could not be made", async () => {
    const api = new MemoryApi(({ method }) => {
      throw method === "create"
        ? new ApiError(403, "Forbidden", "you may not make namespaces")
        : new ApiError(404, "NotFound", "not found");
    });
    await assert.rejects(
      withSandbox(api, { sidecars: false, signal }, () => Promise.resolve()),
      /^ApiError: you may not make namespaces$/,
    );
  });

  it("says so where it stays behind", async () => {
    const api = new MemoryApi(({ method }) => {
      if (method === "remove") {
        throw new ApiError(500, "", "the API server is ill");
      }
      return {};
    });
    await assert.rejects(
      withSandbox(api, { sidecars: false, signal }, () => Promise.resolve()),
      /NOT RESTORED: the namespace gatehouse-verify-\w+ was made/,
    );
  });

  it("makes no kind that it doesn't know the path of", async () => {
    assert.equal(
      collectionOf({ apiVersion: "security.istio.io/v1", kind: "RequestAuthentication" }, "ingress"),
      "/apis/security.istio.io/v1/namespaces/ingress/requestauthentications",
    );
    assert.throws(() => collectionOf({ apiVersion: "v1", kind: "Secret" }, "a"), /the suite makes no Secret/);
    const sandbox = { api: new MemoryApi(), namespace: "a", signal };
    await assert.rejects(make(sandbox, { apiVersion: "v1", kind: "Node", metadata: { name: "a" } }), /makes no Node/);
  });
});

describe("an object among the deployment's own", () => {
  const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { key: "value" } };

  it("is there while something is done, and gone then", async () => {
    const api = new MemoryApi(({ method }) => (method === "remove" ? notFound() : {}));
    assert.equal(await withObject(api, "auth", manifest, signal, () => Promise.resolve(7)), 7);
    assert.deepEqual(api.calls, [
      {
        method: "create",
        path: "/api/v1/namespaces/auth/configmaps",
        body: { ...manifest, metadata: { name: "a", namespace: "auth" } },
      },
      { method: "remove", path: "/api/v1/namespaces/auth/configmaps/a" },
    ]);
  });
});

describe("tokens of service accounts", () => {
  const sandbox = (answer: unknown) => ({ api: new MemoryApi(() => answer), namespace: "a", signal });
  const specOf = ({ api }: { api: MemoryApi }) => (api.calls[0]?.body as { spec: object }).spec;

  it("are asked for an audience and a pod, and for ten minutes", async () => {
    const one = sandbox({ status: { token: "t" } });
    assert.equal(await tokenOf(one, "machine", { audience: "gate", pod: { name: "p", uid: "1" } }), "t");
    assert.equal(one.api.calls[0]?.path, "/api/v1/namespaces/a/serviceaccounts/machine/token");
    assert.deepEqual(specOf(one), {
      expirationSeconds: 600,
      audiences: ["gate"],
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "p", uid: "1" },
    });
  });

  it("are the API server's own kind where nothing is said", async () => {
    const one = sandbox({ status: { token: "t" } });
    await tokenOf(one, "machine");
    assert.deepEqual(specOf(one), { expirationSeconds: 600 });
  });

  it("must come", async () => {
    await assert.rejects(tokenOf(sandbox({}), "machine"), /gave no token of the service account machine/);
  });
});
