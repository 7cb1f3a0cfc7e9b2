import * as k8s from "@pulumi/kubernetes";
import { strict as assert } from "node:assert";
import { GuardedNamespace, type GuardedNamespaceArgs } from "../../components/guardedNamespace";
import { type Flow } from "../../components/networkPolicies";
import { record } from "../program/record";

const least: GuardedNamespaceArgs = { namespace: "tools", podSecurity: "restricted", sidecars: true, flows: [] };

const run = (args: Partial<GuardedNamespaceArgs> = {}) =>
  record(() => void new GuardedNamespace("tools", { ...least, ...args }, {}));

const metadataOf = async (args: Partial<GuardedNamespaceArgs> = {}) =>
  (await run(args)).object("Namespace", "tools").metadata;

describe("a guarded namespace", () => {
  it("enforces its Pod Security level, warns of it and writes it down", async () => {
    assert.deepEqual(await metadataOf(), {
      name: "tools",
      labels: {
        "app.kubernetes.io/part-of": "kubeflow-gatehouse",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
        "istio-injection": "enabled",
      },
    });
  });

  it("says why its pods cannot be restricted", async () => {
    const { labels, annotations } = await metadataOf({ podSecurity: "privileged", reason: "They enter the node." });
    assert.equal(labels?.["pod-security.kubernetes.io/enforce"], "privileged");
    assert.deepEqual(annotations, { "gatehouse/pod-security-reason": "They enter the node." });
  });

  it("has sidecars only where it is told so", async () => {
    assert.equal((await metadataOf({ sidecars: false })).labels?.["istio-injection"], "disabled");
  });

  it("denies everything from the start, and opens the flows that it has", async () => {
    const peer = (name: string) => ({ kind: "workload" as const, name, namespace: "tools", labels: { app: name } });
    const flows = [
      { from: peer("a"), to: peer("b"), ports: [{ port: 80, protocol: "TCP" as const }], why: "A test." },
      { from: { kind: "allPods" as const }, to: { ...peer("c"), namespace: "other" }, ports: [], why: "A test." },
    ];
    const recording = await run({ flows });
    assert.deepEqual(
      recording.all("NetworkPolicy").map(({ metadata }) => metadata.name),
      ["default-deny", "allow-a", "allow-b"],
    );
    const namespace = recording.declared("Namespace", "tools");
    for (const { metadata } of recording.all("NetworkPolicy")) {
      assert(recording.waitsFor(recording.declared("NetworkPolicy", metadata.name, "tools"), namespace));
    }
  });

  it("refuses plain text to its sidecars once the mesh is there, and then only", async () => {
    const recording = await record(() => {
      const mesh = new k8s.core.v1.ConfigMap("mesh", { metadata: { name: "mesh" } });
      const namespace = new GuardedNamespace("tools", least, {});
      namespace.requireMutualTls({ dependsOn: mesh });
      new k8s.core.v1.ConfigMap("inside", { metadata: { name: "inside" } }, { dependsOn: namespace.ready });
    });
    const policy = recording.object<{ spec: object }>("PeerAuthentication", "default", "tools");
    assert.deepEqual(policy.spec, { mtls: { mode: "STRICT" } });
    const declared = recording.declared("PeerAuthentication", "default", "tools");
    const mesh = recording.declared("ConfigMap", "mesh");
    assert(recording.waitsFor(declared, mesh));
    assert(recording.waitsFor(declared, recording.declared("Namespace", "tools")));
    // What goes into the namespace does not wait for the mesh, whose own namespaces would wait for themselves.
    assert(!recording.waitsFor(recording.declared("ConfigMap", "inside"), mesh));
    assert.deepEqual((await run()).all("PeerAuthentication"), []);
  });

  it("shows its sidecars the namespaces that its flows lead to, and no other", async () => {
    const peer = (name: string, namespace: string) => ({ kind: "workload" as const, name, namespace, labels: {} });
    const [a, b, c, d] = [peer("a", "tools"), peer("b", "tools"), peer("c", "gate"), peer("d", "other")];
    const flow = (from: Flow["from"], to: Flow["to"]): Flow => ({ from, to, ports: [], why: "A test." });
    const flows = [
      flow(a, b),
      flow(a, c),
      flow(b, c),
      flow(d, a),
      flow(c, d),
      flow({ kind: "namespace", namespace: "tools" }, { kind: "namespace", namespace: "names" }),
      flow({ kind: "allPods" }, d),
      flow(a, { kind: "addresses", name: "outside", cidrs: ["10.0.0.0/8"] }),
    ];
    const recording = await record(() => {
      const mesh = new k8s.core.v1.ConfigMap("mesh", { metadata: { name: "mesh" } });
      new GuardedNamespace("tools", { ...least, flows }, {}).knowOnlyNeighbours({ dependsOn: mesh });
    });
    const { spec } = recording.object<{ spec: object }>("Sidecar", "default", "tools");
    assert.deepEqual(spec, {
      egress: [{ hosts: ["./*", "gate/*", "names/*"] }],
      outboundTrafficPolicy: { mode: "ALLOW_ANY" },
    });
    assert(
      recording.waitsFor(recording.declared("Sidecar", "default", "tools"), recording.declared("ConfigMap", "mesh")),
    );
  });
});
