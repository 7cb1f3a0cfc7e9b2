import { strict as assert } from "node:assert";
import { recordEverything, recordPlatform } from "../program/record";
import { changed, production, settingsOf } from "../stacks/fixture";

const selector = { app: "gatehouse-gateway", istio: "gatehouse-gateway" };

describe("the gateway's pods", () => {
  const valuesOf = async (...[path, value]: [string, unknown] | []) =>
    (await recordPlatform(settingsOf(path === undefined ? production() : changed(production(), path, value)))).chart(
      "gatehouse-gateway",
    ).values as { global?: object; service: { type: string; ports: object[] }; podAnnotations: Record<string, string> };

  it("are the gateway chart with these values", async () => {
    const { podAnnotations, ...values } = await valuesOf();
    assert.deepEqual(values, {
      name: "gatehouse-gateway",
      labels: { "istio.io/dataplane-mode": "none", ...selector },
      serviceAccount: { create: false, name: "gatehouse-gateway" },
      imagePullPolicy: "IfNotPresent",
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      service: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        ports: [
          { name: "http2", port: 80, protocol: "TCP", targetPort: 8080 },
          { name: "https", port: 443, protocol: "TCP", targetPort: 8443 },
        ],
      },
      autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 10 },
      podDisruptionBudget: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      })),
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "1Gi" } },
    });
    assert.deepEqual(Object.keys(podAnnotations), ["proxy.istio.io/config"]);
    assert.deepEqual(JSON.parse(podAnnotations["proxy.istio.io/config"] ?? ""), {
      connectionSettings: {
        profile: "EDGE",
        httpHeadersWithUnderscoresAction: "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
        httpPathWithEscapedSlashesAction: "UNESCAPE_AND_FORWARD",
        httpRequestTimeout: "0s",
        httpStreamIdleTimeout: "3600s",
      },
    });
  });

  it("have node ports only where the Service is of that type", async () => {
    const node = await valuesOf("ingress.service", { type: "NodePort", nodePorts: { http: 31080, https: 31443 } });
    assert.deepEqual(node.service, {
      type: "NodePort",
      ports: [
        { name: "http2", port: 80, protocol: "TCP", targetPort: 8080, nodePort: 31080 },
        { name: "https", port: 443, protocol: "TCP", targetPort: 8443, nodePort: 31443 },
      ],
    });
    const cluster = await valuesOf("ingress.service", { type: "ClusterIP" });
    assert.equal(cluster.service.type, "ClusterIP");
    assert(!JSON.stringify(cluster.service).includes("nodePort"));
  });

  it("have annotations at a Service of every type, and those of its load balancer only where there is one", async () => {
    const annotationsOf = async (service: object) => {
      const { annotations } = (await valuesOf("ingress.service", service)).service as { annotations?: object };
      return annotations;
    };
    const annotations = { "example.com/a": "1" };
    for (const type of ["LoadBalancer", "NodePort", "ClusterIP"]) {
      assert.deepEqual(await annotationsOf({ type, annotations }), annotations, type);
      assert.equal(await annotationsOf({ type }), undefined, type);
    }
    assert.deepEqual(await annotationsOf({ annotations, loadBalancer: { annotations: { "example.com/b": "2" } } }), {
      "example.com/a": "1",
      "example.com/b": "2",
    });
  });

  it("are where every rule of the gateway looks for them", async () => {
    const recording = await recordEverything();
    const { namespace, values } = recording.chart("gatehouse-gateway");
    const labels = values.labels as Record<string, string>;
    assert.equal(namespace, "ingress");
    for (const kind of ["Gateway", "EnvoyFilter", "AuthorizationPolicy", "RequestAuthentication"]) {
      for (const { spec } of recording.all<{ spec: Selecting }>(kind, "ingress")) {
        const selected =
          kind === "Gateway" ? spec.selector : (spec.selector?.matchLabels ?? spec.workloadSelector?.labels);
        assert.deepEqual(selected, selector, kind);
        assert(Object.entries(selector).every(([key, value]) => labels[key] === value));
      }
    }
  });

  it("have an account of their own whose token nobody mounts", async () => {
    const recording = await recordEverything();
    const account = recording.object<{ automountServiceAccountToken: boolean }>(
      "ServiceAccount",
      "gatehouse-gateway",
      "ingress",
    );
    assert.equal(account.automountServiceAccountToken, false);
    assert(
      recording.waitsFor(
        recording.chart("gatehouse-gateway").resource,
        recording.declared("ServiceAccount", "gatehouse-gateway", "ingress"),
      ),
    );
  });

  it("follow the chart's profile for the cluster's platform", async () => {
    assert.deepEqual((await valuesOf("cluster.platform", "openshift")).global, { platform: "openshift" });
    assert(!("global" in (await valuesOf())));
  });

  it("have an address inside the cluster for the platform's own", async () => {
    const { metadata, spec } = (await recordEverything()).object<{ spec: object }>(
      "Service",
      "gatehouse-internal",
      "ingress",
    );
    assert.equal(metadata.name, "gatehouse-internal");
    assert.deepEqual(spec, {
      type: "ClusterIP",
      selector,
      ports: [{ name: "https", port: 8444, targetPort: 8444, protocol: "TCP" }],
    });
  });

  interface Selecting {
    selector?: { matchLabels?: Record<string, string> };
    workloadSelector?: { labels: Record<string, string> };
  }
});
