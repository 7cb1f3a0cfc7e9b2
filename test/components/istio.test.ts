import { strict as assert } from "node:assert";
import { lock } from "../../stacks/lock";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, settingsOf } from "../stacks/fixture";

const runtimeDefault = { type: "RuntimeDefault" };
const withSettings = (path: string, value: unknown): Promise<Recording> =>
  recordPlatform(settingsOf(changed(production(), path, value)));

describe("Istio", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("is three charts of one version, in two namespaces", () => {
    const charts = ["base", "cni", "istiod"].map((name) => recording.chart(name));
    assert.deepEqual(
      charts.map(({ chart, namespace }) => [chart, namespace]),
      [
        ["base", "istio-system"],
        ["cni", "istio-cni"],
        ["istiod", "istio-system"],
      ],
    );
    assert.equal(new Set([...charts, recording.chart("gatehouse-gateway")].map(({ version }) => version)).size, 1);
  });

  it("has base and cni with these values", () => {
    assert.deepEqual(recording.chart("base").values, {
      defaultRevision: "default",
      base: { validationFailurePolicy: "Fail" },
    });
    assert.deepEqual(recording.chart("cni").values, {
      global: { hub: "docker.io/istio", tag: lock.charts.cni.version },
      excludeNamespaces: ["kube-system", "istio-cni"],
      seccompProfile: runtimeDefault,
      resources: { requests: { cpu: "50m", memory: "100Mi" }, limits: { memory: "256Mi" } },
    });
  });

  it("has istiod with these values", () => {
    const { meshConfig, ...values } = recording.chart("istiod").values;
    assert(meshConfig);
    assert.deepEqual(values, {
      autoscaleMin: 2,
      autoscaleMax: 5,
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } },
      seccompProfile: runtimeDefault,
      cni: { enabled: true },
      keepaliveMaxServerConnectionAge: "2m",
      base: { validationFailurePolicy: "Fail" },
      global: {
        hub: "docker.io/istio",
        tag: lock.charts.istiod.version,
        proxy: {
          seccompProfile: runtimeDefault,
          resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "512Mi" } },
        },
      },
      gateways: {
        securityContext: { runAsNonRoot: true, seccompProfile: runtimeDefault },
        seccompProfile: runtimeDefault,
      },
      env: {
        PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true",
        PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: "true",
        PILOT_JWT_ENABLE_REMOTE_JWKS: "false",
        PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: "1m",
        BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10",
        ENABLE_DEBUG_ENDPOINT_AUTH: "true",
        XDS_AUTH: "true",
      },
      volumes: [
        { name: "gatehouse-ca", secret: { secretName: "gatehouse-ca" } },
        { name: "injector", configMap: { name: "istio-sidecar-injector" } },
      ],
      volumeMounts: [
        { name: "gatehouse-ca", mountPath: "/cacerts", readOnly: true },
        { name: "injector", mountPath: "/var/run/gatehouse/injector", readOnly: true },
      ],
      podAnnotations: { "gatehouse/certificate-authority": "1/87600h/Kubeflow Gatehouse" },
      topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { app: "istiod" } },
      })),
    });
  });

  it("follows the charts' profiles for the cluster's platform", async () => {
    const found = await withSettings("cluster.platform", "k3s");
    const globals = ["cni", "istiod"].map((name) => found.chart(name).values.global as { platform?: string });
    assert.deepEqual(
      globals.map(({ platform }) => platform),
      ["k3s", "k3s"],
    );
  });

  it("keeps AKS from writing into the injector's webhook, which has no profile for it", async () => {
    const found = await withSettings("cluster.platform", "aks");
    const { global, sidecarInjectorWebhookAnnotations } = found.chart("istiod").values;
    assert.deepEqual(sidecarInjectorWebhookAnnotations, { "admissions.enforcer/disabled": "true" });
    assert.equal((global as { platform?: string }).platform, undefined);
    assert.equal(recording.chart("istiod").values.sidecarInjectorWebhookAnnotations, undefined);
  });

  it("finds the CA at the file that istiod reads", () => {
    // istiod reads /cacerts/extra.pem and no other name (pilot/pkg/model/jwks_resolver.go, jwksExtraRootCABundlePath).
    const { stringData } = recording.object<{ stringData: object }>("Secret", "gatehouse-ca", "istio-system");
    assert.deepEqual(Object.keys(stringData), ["extra.pem"]);
  });

  it("never has fewer pods at the most than at the least", async () => {
    const { values } = (await withSettings("replicas", 7)).chart("istiod");
    assert.deepEqual([values.autoscaleMin, values.autoscaleMax], [7, 7]);
  });

  it("refuses plain text in the whole mesh, or in the platform's namespaces alone", async () => {
    const strict = (of: Recording) =>
      of
        .all<{ spec: object }>("PeerAuthentication")
        .map(({ metadata: { namespace }, spec }) => {
          assert.deepEqual(spec, { mtls: { mode: "STRICT" } });
          return namespace;
        })
        .sort();
    assert.deepEqual(strict(recording), ["auth", "gatehouse-echo", "ingress", "istio-system"]);
    assert.deepEqual(strict(await withSettings("istio.strictMtls", "gatehouse")), ["auth", "ingress"]);
  });

  it("gives sidecars to the namespaces with workloads of the mesh, and to no other", () => {
    const injection = recording
      .all("Namespace")
      .map(({ metadata: { name, labels } }) => [name, labels?.["istio-injection"]]);
    assert.deepEqual(injection.sort(), [
      ["auth", "enabled"],
      ["cert-manager", "disabled"],
      ["gatehouse-echo", "enabled"],
      ["ingress", "enabled"],
      ["istio-cni", "disabled"],
      ["istio-system", "disabled"],
    ]);
  });
});
