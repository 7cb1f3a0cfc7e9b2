import { strict as assert } from "node:assert";
import { lock } from "../../stacks/lock";
import { everythingInput } from "../../stacks/everything";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, settingsOf } from "../stacks/fixture";

const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { memory } });
const replicated = (component: string) => ({
  replicaCount: 2,
  podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
  topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { "app.kubernetes.io/component": component } },
  })),
});
const labels = { "app.kubernetes.io/name": "startupapicheck", "app.kubernetes.io/part-of": "kubeflow-gatehouse" };
const metadata = { name: "startupapicheck", namespace: "cert-manager", labels };

const image = (part: string) => ({
  image: { repository: `quay.io/jetstack/cert-manager-${part}`, tag: lock.charts["cert-manager"].version },
});

describe("cert-manager", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("is its chart with these values", () => {
    const { chart, version, namespace, values } = recording.chart("cert-manager");
    assert.deepEqual(
      [chart, version, namespace],
      ["oci://quay.io/jetstack/charts/cert-manager", lock.charts["cert-manager"].version, "cert-manager"],
    );
    assert.deepEqual(values, {
      crds: { enabled: true, keep: true },
      global: { leaderElection: { namespace: "cert-manager" }, rbac: { aggregateClusterRoles: false } },
      enableCertificateOwnerRef: false,
      ...image("controller"),
      ...replicated("controller"),
      resources: resources("20m", "256Mi"),
      webhook: { ...image("webhook"), ...replicated("webhook"), resources: resources("10m", "64Mi") },
      cainjector: { ...image("cainjector"), ...replicated("cainjector"), resources: resources("10m", "256Mi") },
      acmesolver: image("acmesolver"),
      startupapicheck: { enabled: false },
    });
  });

  it("keeps AKS from writing into its webhooks", async () => {
    const aks = await recordPlatform(settingsOf(changed(everythingInput, "cluster.platform", "aks")));
    const annotations = { "admissions.enforcer/disabled": "true" };
    const { webhook } = aks.chart("cert-manager").values as { webhook: Record<string, unknown> };
    assert.deepEqual(webhook.mutatingWebhookConfigurationAnnotations, annotations);
    assert.deepEqual(webhook.validatingWebhookConfigurationAnnotations, annotations);
  });

  it("has no budget for a single webhook, which would only keep it from being drained", async () => {
    const single = await recordPlatform(settingsOf(changed(everythingInput, "replicas", 1)));
    const { webhook } = single.chart("cert-manager").values as { webhook: Record<string, unknown> };
    assert.deepEqual([webhook.replicaCount, webhook.podDisruptionBudget], [1, { enabled: false }]);
  });

  it("is ready when its webhook has answered a dry run", () => {
    const job = recording.object<{ spec: { template: { spec: { containers: { image: string; args: string[] }[] } } } }>(
      "Job",
      "startupapicheck",
      "cert-manager",
    );
    assert.deepEqual(job.metadata, metadata);
    const [container] = job.spec.template.spec.containers;
    assert.deepEqual(
      [container?.image, container?.args],
      [lock.images["cert-manager-startupapicheck"], ["check", "api", "--wait=5m", "-v"]],
    );
    assert.equal(recording.declared("Job", "startupapicheck", "cert-manager").deleteBeforeReplace, true);
  });

  it("checks with the version of the chart", () => {
    assert(lock.images["cert-manager-startupapicheck"].endsWith(`:${lock.charts["cert-manager"].version}`));
  });

  it("lets the check make certificate requests, in its namespace, and nothing else", () => {
    const role = recording.object<{ rules: object[] }>("Role", "startupapicheck", "cert-manager");
    assert.deepEqual(role.rules, [
      { apiGroups: ["cert-manager.io"], resources: ["certificaterequests"], verbs: ["create"] },
    ]);
    const { roleRef, subjects } = recording.object<{ roleRef: object; subjects: object[] }>(
      "RoleBinding",
      "startupapicheck",
      "cert-manager",
    );
    assert.deepEqual(roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "startupapicheck" });
    assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "startupapicheck", namespace: "cert-manager" }]);
  });
});
