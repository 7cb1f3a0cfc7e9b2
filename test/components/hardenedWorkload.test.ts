import * as k8s from "@pulumi/kubernetes";
import { strict as assert } from "node:assert";
import { HardenedWorkload, type HardenedWorkloadArgs } from "../../components/hardenedWorkload";
import { type Container, type PodTemplate, type Workload } from "../program/pods";
import { record } from "../program/record";
import { type Recording } from "../program/recording";

const least: HardenedWorkloadArgs = {
  workload: "tool",
  namespace: "tools",
  image: "registry.example.com/tool:1",
  replicas: 2,
  ports: { http: { port: 8080, service: { appProtocol: "http" } }, telemetry: { port: 9090 } },
  probes: { ready: { path: "/ready", port: 8080 }, live: { path: "/live", port: 9090 } },
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
  restartOn: { some: "configuration" },
};

const run = (args: Partial<HardenedWorkloadArgs> = {}): Promise<Recording> =>
  record(() => void new HardenedWorkload("tool", { ...least, ...args }, {}));

const podOf = async (args: Partial<HardenedWorkloadArgs> = {}): Promise<PodTemplate> =>
  (await run(args)).object<Workload>("Deployment", "tool", "tools").spec.template;

const containerOf = async (args: Partial<HardenedWorkloadArgs> = {}): Promise<Container> => {
  const [container, ...others] = (await podOf(args)).spec.containers;
  assert(container !== undefined && others.length === 0);
  return container;
};

describe("a hardened workload", () => {
  it("is a Deployment, its ServiceAccount, Service and PodDisruptionBudget, and nothing else", async () => {
    const { objects } = await run();
    assert.deepEqual(objects.map(({ manifest }) => manifest.kind).sort(), [
      "Deployment",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
    ]);
    const metadata = {
      name: "tool",
      namespace: "tools",
      labels: { "app.kubernetes.io/name": "tool", "app.kubernetes.io/part-of": "kubeflow-gatehouse" },
    };
    for (const { manifest } of objects) {
      assert.deepEqual(manifest.metadata, metadata, manifest.kind);
    }
  });

  it("replaces its pods one by one, and never has fewer than it should", async () => {
    const { spec } = (await run()).object<{ spec: Record<string, unknown> }>("Deployment", "tool", "tools");
    assert.equal(spec.replicas, 2);
    assert.deepEqual(spec.strategy, { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
  });

  it("lets a drain take one pod at a time, a broken one included", async () => {
    assert.deepEqual((await run()).object<{ spec: object }>("PodDisruptionBudget", "tool", "tools").spec, {
      selector: { matchLabels: { "app.kubernetes.io/name": "tool" } },
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("offers those ports as a Service that are meant for others", async () => {
    assert.deepEqual((await run()).object<{ spec: object }>("Service", "tool", "tools").spec, {
      selector: { "app.kubernetes.io/name": "tool" },
      ports: [{ name: "http", port: 8080, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    });
    assert.deepEqual((await containerOf()).ports, [
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "telemetry", containerPort: 9090, protocol: "TCP" },
    ]);
  });

  it("runs the image's own program unless told otherwise", async () => {
    const { command, args, env, image } = await containerOf();
    assert.deepEqual(
      { command, args, env, image },
      { command: undefined, args: undefined, env: undefined, image: least.image },
    );
    const other = { command: ["/tool"], args: ["serve"], env: [{ name: "A", value: "b" }] };
    const container = await containerOf(other);
    assert.deepEqual({ command: container.command, args: container.args, env: container.env }, other);
  });

  it("is probed where it says", async () => {
    const { readinessProbe, livenessProbe } = await containerOf();
    assert.deepEqual(readinessProbe?.httpGet, { path: "/ready", port: 8080 });
    assert.deepEqual(livenessProbe?.httpGet, { path: "/live", port: 9090 });
  });

  it("has the resources that it is given", async () => {
    assert.deepEqual((await containerOf()).resources, least.resources);
  });

  it("has a token of the API server only when it asks for one", async () => {
    assert.equal((await podOf()).spec.automountServiceAccountToken, false);
    assert.equal((await podOf({ apiToken: true })).spec.automountServiceAccountToken, true);
    const account = (await run({ apiToken: true })).object<{ automountServiceAccountToken: boolean }>(
      "ServiceAccount",
      "tool",
      "tools",
    );
    assert.equal(account.automountServiceAccountToken, false, "whoever else uses the account gets none");
  });

  it("mounts Secrets and ConfigMaps as files that it can only read", async () => {
    const { spec } = await podOf({
      files: {
        "/etc/tool": { configMap: "config" },
        "/etc/tool-secrets": { secret: "all" },
        "/etc/tool-tls": { secret: "one", items: { "tls.crt": "server.pem" } },
      },
    });
    assert.deepEqual(spec.volumes, [
      { name: "etc-tool", configMap: { name: "config", defaultMode: 0o440 } },
      { name: "etc-tool-secrets", secret: { secretName: "all", defaultMode: 0o440 } },
      {
        name: "etc-tool-tls",
        secret: { secretName: "one", defaultMode: 0o440, items: [{ key: "tls.crt", path: "server.pem" }] },
      },
    ]);
    assert.deepEqual(spec.containers[0]?.volumeMounts, [
      { name: "etc-tool", mountPath: "/etc/tool", readOnly: true },
      { name: "etc-tool-secrets", mountPath: "/etc/tool-secrets", readOnly: true },
      { name: "etc-tool-tls", mountPath: "/etc/tool-tls", readOnly: true },
    ]);
  });

  it("writes to memory, and there only where it must", async () => {
    const { spec } = await podOf({ scratch: ["/tmp"] });
    assert.deepEqual(spec.volumes, [{ name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }]);
    assert.deepEqual(spec.containers[0]?.volumeMounts, [{ name: "tmp", mountPath: "/tmp", readOnly: false }]);
    assert.deepEqual((await podOf()).spec.volumes, []);
  });

  it("tells the sidecar where to find its metrics", async () => {
    const without = Object.keys((await podOf()).metadata.annotations ?? {});
    assert.deepEqual(without, ["gatehouse/restart-on"]);
    const { annotations } = (await podOf({ metrics: { port: 9090, path: "/metrics" } })).metadata;
    assert.equal(annotations?.["prometheus.io/scrape"], "true");
    assert.equal(annotations?.["prometheus.io/port"], "9090");
    assert.equal(annotations?.["prometheus.io/path"], "/metrics");
  });

  it("keeps ports out of the mesh that are for clients outside of it", async () => {
    const { annotations } = (await podOf({ outsideTheMesh: { inbound: [5554, 5555], outbound: [443] } })).metadata;
    assert.equal(annotations?.["traffic.sidecar.istio.io/excludeInboundPorts"], "5554,5555");
    assert.equal(annotations?.["traffic.sidecar.istio.io/excludeOutboundPorts"], "443");
  });

  it("restarts when what it is to restart on changes, and only then", async () => {
    const hashOf = async (args: Partial<HardenedWorkloadArgs>) =>
      (await podOf(args)).metadata.annotations?.["gatehouse/restart-on"];
    const first = await hashOf({});
    assert.match(first ?? "", /^[0-9a-f]{64}$/);
    assert.equal(await hashOf({ replicas: 5 }), first);
    assert.notEqual(await hashOf({ restartOn: { some: "other configuration" } }), first);
    assert.notEqual(
      await hashOf({ restartOn: ["configuration", 2] }),
      await hashOf({ restartOn: ["configuration", 1] }),
    );
  });

  it("has its children wait for what it waits for", async () => {
    const recording = await record(() => {
      const first = new k8s.core.v1.ConfigMap("first", { metadata: { name: "first" } });
      new HardenedWorkload("tool", least, { dependsOn: first });
    });
    const first = recording.declared("ConfigMap", "first");
    for (const { resource } of recording.objects.filter(({ manifest }) => manifest.kind !== "ConfigMap")) {
      assert(recording.waitsFor(resource, first), resource.type);
    }
  });

  it("names its account in the pod when the account is there", async () => {
    const recording = await run();
    assert.equal((await podOf()).spec.serviceAccountName, "tool");
    assert(
      recording.waitsFor(
        recording.declared("Deployment", "tool", "tools"),
        recording.declared("ServiceAccount", "tool", "tools"),
      ),
    );
  });
});
