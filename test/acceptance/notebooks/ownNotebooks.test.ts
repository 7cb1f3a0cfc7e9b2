import assert from "node:assert/strict";
import { jupyterNotebook } from "../../../acceptance/checks/notebooks/lab/jupyterServer";
import { notebookManifests } from "../../../acceptance/checks/notebooks/own/manifests";
import { type OwnNotebooks, placeOf, withNotebooks } from "../../../acceptance/checks/notebooks/own/ownNotebooks";
import { type Call, MemoryApi, notFound } from "../cluster/memoryApi";
import { readTarget } from "../../../acceptance/target";
import { contextFor } from "../fakeGate";
import { fakeNotebooks } from "./fakeNotebooks";

interface Made {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: Record<string, unknown>;
}

const { target } = readTarget("https://kubeflow.example.com", { notebooks: "kubeflow-notebooks.example.com" }, {});

/** A cluster with the gateway's pods, in which every pod is ready at once. */
const cluster = (call: Call): unknown => {
  const { path } = call;
  if (call.method !== "get") {
    return { metadata: { name: "a", uid: "1" } };
  }
  if (path.includes("/deployments/")) {
    return { metadata: { name: "gateway" }, spec: { selector: { matchLabels: { app: "gateway" } } } };
  }
  if (/\/pods\?/.test(path)) {
    const containers = [{ name: "istio-proxy", image: "registry.example.com/proxy:1" }];
    return { items: [{ metadata: { name: "gateway-1" }, spec: { containers } }] };
  }
  return /\/pods\/(lab|other)$/.test(path)
    ? { metadata: { name: "lab" }, status: { conditions: [{ type: "Ready", status: "True" }] } }
    : notFound();
};

describe("notebooks of the suite's own", () => {
  it("are made as Kubeflow's controller makes them, answer whoever is signed in, and go with their namespace", async () => {
    const gate = await fakeNotebooks();
    const api = new MemoryApi(cluster);
    let own: OwnNotebooks<"lab" | "other"> | undefined;
    try {
      await withNotebooks(
        contextFor(gate.target),
        [{ name: "lab" }, { name: "other" }],
        (made) => {
          own = made;
          return Promise.resolve();
        },
        api,
      );
    } finally {
      await gate.close();
    }
    const { namespace, at, session } = own ?? assert.fail("nothing was done");
    assert.equal(at.other.origin.hostname, `${namespace}--other.kubeflow-notebooks.example.com`);
    assert.equal(session.last.answer.status, 200);
    const made = (kind: string) => api.made(kind) as unknown as Made[];
    assert.equal(made("Namespace")[0]?.metadata.labels?.["app.kubernetes.io/part-of"], "kubeflow-profile");
    assert.equal(made("Namespace")[0]?.metadata.labels?.["istio-injection"], "enabled");
    assert.deepEqual(
      made("VirtualService").map(({ metadata, spec }) => [metadata.name, metadata.namespace, spec?.["hosts"]]),
      ["lab", "other"].map((name) => [`notebook-${namespace}-${name}`, namespace, ["*"]]),
    );
    assert.deepEqual(
      made("Service").map(({ spec }) => spec?.["ports"]),
      ["lab", "other"].map((name) => [{ name: `http-${name}`, port: 80, targetPort: 8888, protocol: "TCP" }]),
    );
    assert.equal(made("Pod").length, 2);
    assert.match(JSON.stringify(made("Pod")), /"image":"registry.example.com\/proxy:1"/);
    assert.equal(api.calls.at(-1)?.method, "remove");
    assert.equal(api.calls.at(-1)?.path, `/api/v1/namespaces/${namespace}`);
  });

  it("may be a TensorBoard or a viewer, as their controllers make them", () => {
    const place = { ...placeOf(contextFor(target), "team-a") };
    const made = (name: string, kind: "tensorboard" | "viewer") =>
      notebookManifests(place, { name, kind }, "x").map(({ kind: what, metadata }) => `${what} ${metadata.name}`);
    assert.deepEqual(made("runs", "tensorboard"), [
      "ConfigMap runs",
      "Service runs",
      "VirtualService runs",
      "Pod runs",
    ]);
    assert.deepEqual(made("data", "viewer"), [
      "ConfigMap data",
      "Service pvcviewer-data",
      "VirtualService pvcviewer-data",
      "Pod data",
    ]);
  });

  it("may be a server as people have it, which is told its path and tells what it sees", () => {
    const place = { ...placeOf(contextFor(target), "team-a") };
    const [config, , , pod] = notebookManifests(place, jupyterNotebook("lab", "registry.example.com/jupyter:1"), "x");
    assert.deepEqual(Object.keys(config?.["data"] ?? {}), ["jupyter_server_config.py", "gatehouse_verify.py"]);
    const { containers, securityContext } = pod?.["spec"] as {
      containers: { image: string; command: string[]; args: string[]; env: { name: string; value: string }[] }[];
      securityContext: { runAsUser: number; fsGroup: number };
    };
    const [container] = containers;
    assert.equal(container?.image, "registry.example.com/jupyter:1");
    assert.deepEqual([container.command, container.args[0]], [["jupyter"], "lab"]);
    assert.ok(container.args.includes("--ServerApp.base_url=$(NB_PREFIX)"));
    assert.deepEqual(container.env[0], { name: "NB_PREFIX", value: "/notebook/team-a/lab" });
    assert.deepEqual([securityContext.runAsUser, securityContext.fsGroup], [1000, 100]);
  });

  it("are told where they never answer, and go all the same", async () => {
    const gate = await fakeNotebooks();
    const api = new MemoryApi(cluster);
    const soon = AbortSignal.timeout(600);
    try {
      await assert.rejects(
        withNotebooks(contextFor(gate.target, soon), [{ name: "missing" }], () => assert.fail("it went on"), api),
        /timeout|aborted/i,
      );
    } finally {
      await gate.close();
    }
    assert.equal(api.calls.at(-1)?.method, "remove");
  });
});
