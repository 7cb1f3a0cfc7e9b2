import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { judgeRefusal } from "../../../bed/e2e/lifecycle";
import { Api } from "../../../bed/platform/cluster/api";
import { nothingLeft } from "../../../bed/platform/deploy";
import { checkExisting, istiodRolledOut } from "../../../bed/platform/existing";
import { waitsForIstiod } from "../../../bed/platform/pulumi/deploy";
import { type BedStack, writeBedStack } from "../../../bed/platform/stackFile";
import { Failure } from "../../../cli/exit";
import { compliantCluster } from "../../program/live";
import { changed, type Tree } from "../../stacks/fixture";
import { temporaryFolder } from "../../cli/gatehouse";
import { FakeCluster } from "./fakeCluster";
import { surroundings } from "./surroundings";

describe("what somebody else runs, before a stack is applied to it", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let stack: BedStack;
  let cluster: FakeCluster;
  let api: Api;
  before(async () => {
    stack = writeBedStack({
      stack: "dev",
      state: folder.path("state"),
      charts: "/charts",
      surroundings,
      settings: {
        istio: { type: "existing", namespace: "istio-system" },
        certManager: { type: "existing", namespace: "cert-manager" },
      },
    });
    cluster = new FakeCluster();
    await cluster.start();
  });
  after(() => {
    cluster.stop();
    folder.remove();
  });
  beforeEach(async () => {
    // The command takes its time, and a connection that was kept may have ended meanwhile.
    api = await Api.connect(cluster.kubeconfig);
    cluster.objects.clear();
    cluster.asked.length = 0;
    for (const [id, object] of Object.entries(compliantCluster(stack.settings))) {
      put(id, object);
    }
  });

  const roots: Record<string, [root: string, plural: string]> = {
    ConfigMap: ["/api/v1", "configmaps"],
    Deployment: ["/apis/apps/v1", "deployments"],
    MutatingWebhookConfiguration: ["/apis/admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations"],
    ClusterRole: ["/apis/rbac.authorization.k8s.io/v1", "clusterroles"],
  };
  const put = (id: string, object: object) => {
    const [kind = "", place = ""] = id.split(" ");
    const [root = "", plural = ""] = roots[kind] ?? [];
    const [namespace, name] = place.includes("/") ? place.split("/") : [undefined, place];
    const path = namespace === undefined ? "" : `/namespaces/${namespace}`;
    const { metadata } = object as { metadata?: object };
    cluster.objects.set(`${root}${path}/${plural}/${name}`, {
      apiVersion: root.replace(/^\/apis?\//, ""),
      kind,
      ...object,
      metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) },
    });
  };
  const live = () => compliantCluster(stack.settings) as unknown as Record<string, Tree>;
  const refusal = async (): Promise<string> => {
    try {
      await checkExisting(stack, api);
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      return `${error.message}\n${error.details}`;
    }
    return assert.fail("nothing was refused");
  };

  it("passes with the settings that the gate needs, and is known by its versions", async () => {
    assert.deepEqual(await checkExisting(stack, api), { istiod: "1.31.1-distroless", certManager: "v1.21.2" });
    assert.deepEqual(
      cluster.asked.filter(({ method }) => method !== "GET"),
      [],
    );
  });

  it("is refused where the mesh lacks a setting, by the field and the mend, and nothing is applied", async () => {
    const mesh = stringify({ trustDomain: "cluster.local", pathNormalization: { normalization: "BASE" } });
    put("ConfigMap istio-system/istio", changed(live()["ConfigMap istio-system/istio"] ?? {}, "data.mesh", mesh));
    const said = await refusal();
    assert.match(said, /^The Istio in istio-system is not as the gate needs it; nothing was applied\./);
    assert.match(said, /pathNormalization\.normalization/);
    assert.match(said, /DECODE_AND_MERGE_SLASHES/);
    assert.throws(() => judgeRefusal(said), /refused for something else/);
    assert.deepEqual(
      cluster.asked.filter(({ method }) => method !== "GET"),
      [],
    );
  });

  it("is refused for what a run takes away from somebody else's Istio", async () => {
    const map = live()["ConfigMap istio-system/istio"] as { data: { mesh: string } };
    const key = "includeAdditionalHeadersInCheck";
    const without = parse(map.data.mesh, (name: unknown, value: unknown) => (name === key ? {} : value)) as unknown;
    put("ConfigMap istio-system/istio", changed(map, "data.mesh", stringify(without)));
    assert.match(judgeRefusal(await refusal()), /envoyExtAuthzHttp\.includeAdditionalHeadersInCheck/);
  });

  it("is refused where there is no Istio at all", async () => {
    for (const path of [...cluster.objects.keys()].filter((one) => one.includes("istio"))) {
      cluster.objects.delete(path);
    }
    assert.match(await refusal(), /Deployment istio-system\/istiod/);
  });

  it("is refused where whoever edits a namespace may have the private CA sign", async () => {
    const id = "ClusterRole cert-manager-edit";
    const labels = { "rbac.authorization.k8s.io/aggregate-to-edit": "true" };
    put(id, changed(live()[id] ?? {}, "metadata.labels", labels));
    const said = await refusal();
    assert.match(said, /^The cert-manager in cert-manager is not as the platform needs it; nothing was applied\./);
    assert.match(said, /aggregateClusterRoles: false/);
  });

  it("is waited for until istiod runs with the platform's CA", async () => {
    const id = "Deployment istio-system/istiod";
    const waiting = changed(live()[id] ?? {}, "status", { observedGeneration: 3, replicas: 1, updatedReplicas: 1 });
    put(id, waiting);
    const { istio } = stack.settings;
    assert.ok(istio.type === "existing");
    await assert.rejects(istiodRolledOut(istio, api, 0), /waiting for istio-system\/istiod: not done within 0 s/);
    put(id, live()[id] ?? {});
    await istiodRolledOut(istio, api, 0);
  });

  it("is refused by pulumi up for a rollout alone, or for more", () => {
    const failure = (details: string) => new Failure("pulumi up ended with 255", details);
    assert.equal(
      waitsForIstiod(failure("error: istiod still runs pods from before its last change, and no pod of the gate")),
      true,
    );
    assert.equal(waitsForIstiod(failure("The Istio in istio-system is not as the gate needs it")), false);
    assert.equal(waitsForIstiod(new Error("istiod still runs pods from before its last change")), false);
  });

  it("is refused for the setting that was taken away, or the refusal proves nothing", () => {
    assert.throws(() => judgeRefusal("The API server refuses it"), /refused for something else: The API server/);
    assert.throws(
      () => judgeRefusal("The Istio in istio-system is not as the gate needs it\ntrustDomain"),
      /for something else/,
    );
  });

  it("goes on when the stack is gone, with nothing of the stack's left in it", async () => {
    cluster.answer = ({ path }) =>
      /\/(secrets|configmaps)$/.test(path) && !cluster.objects.has(`${path}/gatehouse-ca-1`)
        ? { body: { items: [] } }
        : undefined;
    const namespace = (name: string) => cluster.objects.set(`/api/v1/namespaces/${name}`, { metadata: { name } });
    namespace("istio-system");
    namespace("cert-manager");
    await nothingLeft(api, stack.settings);
    cluster.objects.set("/api/v1/namespaces/cert-manager/secrets/gatehouse-ca-1", {
      metadata: { name: "gatehouse-ca-1" },
    });
    await assert.rejects(nothingLeft(api, stack.settings), /others' namespaces: secrets cert-manager\/gatehouse-ca-1/);
    cluster.objects.delete("/api/v1/namespaces/cert-manager/secrets/gatehouse-ca-1");
    namespace("ingress");
    await assert.rejects(nothingLeft(api, stack.settings), /these namespaces are still there: ingress\./);
    cluster.objects.delete("/api/v1/namespaces/ingress");
    const installed = { istio: { type: "installed", strictMtls: "mesh" }, certManager: { type: "installed" } } as const;
    await assert.rejects(nothingLeft(api, installed), /still there: cert-manager, istio-system\./);
    cluster.answer = () => undefined;
  });
});
