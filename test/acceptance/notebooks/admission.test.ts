import assert from "node:assert/strict";
import { admissionAt } from "../../../acceptance/checks/notebooks/admission";
import { placeOf } from "../../../acceptance/checks/notebooks/own/ownNotebooks";
import { type VirtualServiceTry, virtualServices } from "../../../acceptance/checks/notebooks/virtualServices";
import { type Target } from "../../../acceptance/check";
import { ApiError } from "../../../acceptance/cluster/api";
import { type Call, MemoryApi, notFound } from "../cluster/memoryApi";
import { contextFor } from "../fakeGate";

const target = {
  notebooks: {
    domain: "kubeflow-notebooks.example.com",
    signInHost: new URL("https://auth.kubeflow-notebooks.example.com"),
  },
} as Target;

type Written = Pick<VirtualServiceTry, "spec" | "annotations"> & { namespace: string };

/** What the API server makes of one; a text where it refuses. */
type Policies = (written: Written, wanted: VirtualServiceTry["verdict"]) => { hosts?: string[] | undefined } | string;

const right: Policies = (_, wanted) =>
  "refusedWith" in wanted ? `denied the request: ${wanted.refusedWith} …` : { hosts: wanted.hosts };

/** The policies as the check's own table has them, but for what is wrong with them. */
function apiOf(policies: Policies): MemoryApi {
  let own = "";
  return new MemoryApi((call: Call) => {
    const { metadata, spec } = (call.body ?? {}) as {
      metadata?: { name?: string; namespace?: string; annotations?: Record<string, string> };
      spec?: Written["spec"];
    };
    if (call.method === "get") {
      return notFound();
    }
    if (call.method !== "create" || !call.path.includes("dryRun=All")) {
      own ||= metadata?.name ?? "";
      return {};
    }
    const tries = virtualServices(placeOf({ target }, own));
    const key = (namespace: string | undefined, annotations: unknown, written: unknown, version: string) =>
      JSON.stringify([namespace, annotations ?? null, written, version]);
    const version = /networking\.istio\.io\/(\w+)/.exec(call.path)?.[1] ?? "";
    const found = tries.find(
      (each) =>
        key(each.namespace ?? own, each.annotations, each.spec, each.version ?? "v1") ===
        key(metadata?.namespace, metadata?.annotations, spec, version),
    );
    const { namespace = "", annotations } = metadata ?? {};
    const written = { namespace, spec: spec ?? {}, ...(annotations === undefined ? {} : { annotations }) };
    const came = policies(written, found?.verdict ?? assert.fail("it was not in the table"));
    if (typeof came === "string") {
      throw new ApiError(403, "Forbidden", came);
    }
    const limits = found !== undefined && "hosts" in found.verdict ? (found.verdict.timeouts ?? []) : [];
    const http = (spec?.http ?? []).map((route, index) => ({ ...route, timeout: limits[index] }));
    return { spec: { ...spec, http, ...came } };
  });
}

async function said(policies: Policies) {
  const context = contextFor(target);
  const api = apiOf(policies);
  await admissionAt(context, api);
  return { api, faults: context.probe.faults, right: context.probe.right };
}

describe("notebooks/admission", () => {
  it("passes where each notebook gets its host and everything else is refused, and leaves nothing behind", async () => {
    const { api, faults, right: seen } = await said(right);
    assert.deepEqual(faults, []);
    assert.ok(seen.length > 100, String(seen.length));
    const made = api.calls.filter(({ method, path }) => method === "create" && path === "/api/v1/namespaces");
    const removed = api.calls.filter(({ method }) => method === "remove");
    assert.equal(made.length, removed.length);
    assert.ok(api.calls.every(({ method, path }) => method !== "create" || /namespaces$|dryRun=All/.test(path)));
  });

  it("leaves to Istio what is no business of the policies", async () => {
    const istios = 'admission webhook "rev.validation.istio.io" denied the request';
    const { faults } = await said((written, wanted) =>
      written.spec.gateways?.includes("./gatehouse-notebooks") === true ? istios : right(written, wanted),
    );
    assert.deepEqual(faults, []);
    const { faults: found } = await said((written, wanted) => ("hosts" in wanted ? istios : right(written, wanted)));
    assert.match(found.join("\n"), /^a notebook's, as the controller writes it: should be admitted/);
  });

  const wrong: [what: string, policies: Policies, says: RegExp][] = [
    [
      "notebooks stay at every host",
      (written, wanted) => ("refusedWith" in wanted ? right(written, wanted) : { hosts: written.spec.hosts }),
      /^a notebook's, as the controller writes it: should be admitted at gatehouse-verify-[0-9a-f]+--lab\..*; it was admitted at \*/,
    ],
    [
      "nothing is refused",
      (written, wanted) => ("refusedWith" in wanted ? { hosts: written.spec.hosts } : right(written, wanted)),
      /^another namespace's notebook: should be refused .* it was admitted at victim--lab/,
    ],
    [
      "everything is refused",
      () => "no",
      /^a notebook's, as the controller writes it: should be admitted .*; it was refused with no/,
    ],
    [
      "a refusal has another reason",
      (written, wanted) => ("refusedWith" in wanted ? "no right to" : right(written, wanted)),
      /^another namespace's notebook: should be refused with "spec.hosts"; it was refused with no right to/,
    ],
  ];
  for (const [what, policies, says] of wrong) {
    it(`fails where ${what}`, async () => {
      const { faults } = await said(policies);
      assert.ok(
        faults.some((fault) => says.test(fault)),
        faults.slice(0, 3).join("\n"),
      );
    });
  }

  it("breaks off where the API server is ill, which says nothing of the policies", async () => {
    const api = new MemoryApi(({ method, path }) => {
      if (method === "get") {
        return notFound();
      }
      if (path.includes("dryRun=All")) {
        throw new ApiError(500, "", "the API server is ill");
      }
      return {};
    });
    await assert.rejects(admissionAt(contextFor(target), api), /the API server is ill/);
    assert.equal(api.calls.at(-1)?.method, "remove");
  });

  it("keeps a namespace that somebody has under such a name", async () => {
    const table = apiOf(right);
    const api = new MemoryApi((call) => {
      if (call.path === "/api/v1/namespaces/team--b") {
        return { metadata: { name: "team--b" } };
      }
      return call.method === "get" ? notFound() : call.method === "create" ? table.create(call.path, call.body) : {};
    });
    const context = contextFor(target);
    await admissionAt(context, api);
    assert.deepEqual(context.probe.faults, []);
    assert.ok(!api.calls.some(({ method, path }) => method === "remove" && path.endsWith("/team--b")));
  });

  it("waits until a namespace of an earlier run has gone", async () => {
    const table = apiOf(right);
    let looks = 0;
    const api = new MemoryApi((call) => {
      if (call.path === "/api/v1/namespaces/xn" && call.method === "get") {
        looks += 1;
        return looks === 1 ? { metadata: { name: "xn", deletionTimestamp: "2026-01-01T00:00:00Z" } } : notFound();
      }
      return call.method === "get" ? notFound() : call.method === "create" ? table.create(call.path, call.body) : {};
    });
    const context = contextFor(target);
    await admissionAt(context, api);
    assert.deepEqual(context.probe.faults, []);
    assert.equal(looks, 2);
    assert.ok(api.made("Namespace").some(({ metadata }) => (metadata as { name: string }).name === "xn"));
  });
});
