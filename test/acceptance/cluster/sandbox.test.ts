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

  describe("with a name that somebody gave", () => {
    const path = "/api/v1/namespaces/given";
    /** An API server that has the namespace, or not yet; what is made there has another UID. */
    const server = (before?: { labels?: Record<string, string>; deletionTimestamp?: string }, created = 200) => {
      let there: object | undefined = before && { metadata: { name: "given", uid: "before", ...before } };
      const api: MemoryApi = new MemoryApi(({ method, body }) => {
        if (method === "get") {
          return there ?? notFound();
        }
        if (method === "create" && created !== 200) {
          there = { metadata: { name: "given", uid: "theirs", labels: {} } };
          throw new ApiError(created, "AlreadyExists", "exists");
        }
        if (method === "create") {
          const { metadata } = body as { metadata: object };
          there = { metadata: { ...metadata, uid: "own" } };
        }
        return {};
      });
      return { api, replace: (by: object) => (there = by) };
    };
    const use = (api: MemoryApi, action = () => Promise.resolve()) =>
      withSandbox(api, { sidecars: false, name: "given", signal }, action);

    it("goes by the UID that it was made with", async () => {
      const { api } = server();
      await use(api);
      assert.deepEqual(api.calls.at(-1), { method: "remove", path, body: { preconditions: { uid: "own" } } });
    });

    for (const [what, { api }, says] of [
      ["is refused where somebody else's is there", server({}), /^Error: the namespace given is there already/],
      ["is refused where somebody else makes it meanwhile", server(undefined, 409), /^Error: .* is there already/],
      ["is refused where it may not be made", server(undefined, 403), /^ApiError: exists$/],
      [
        "is told where an earlier run has left it",
        server({ labels: { "app.kubernetes.io/managed-by": "gatehouse-verify" } }),
        /^Error: the namespace given is left from an earlier run: kubectl delete namespace given$/,
      ],
    ] as const) {
      it(`${what}, and nothing is removed`, async () => {
        await assert.rejects(use(api), says);
        assert.ok(api.calls.every(({ method }) => method !== "remove"));
      });
    }

    it("waits for an earlier run's to be gone", async () => {
      const { api, replace } = server({
        labels: { "app.kubernetes.io/managed-by": "gatehouse-verify" },
        deletionTimestamp: "2026-01-01T00:00:00Z",
      });
      setTimeout(() => replace(undefined as unknown as object), 100);
      await use(api);
      assert.equal(api.made("Namespace").length, 1);
    });

    it("is left where another one has come in its place", async () => {
      const { api, replace } = server();
      await use(api, () => {
        replace({ metadata: { name: "given", uid: "theirs", labels: {} } });
        return Promise.resolve();
      });
      assert.ok(api.calls.every(({ method }) => method !== "remove"));
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
