import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { fileNames } from "../../../cli/manifests/fileName";
import { applyStage, kustomizations } from "../../../cli/manifests/kustomization";
import { type ObjectId } from "../../../cli/manifests/objectId";
import { temporaryFolder } from "../gatehouse";

const objects = (
  [
    ["RequestAuthentication", "security.istio.io/v1", "auth"],
    ["VirtualService", "networking.istio.io/v1", "auth"],
    ["HTTPRoute", "gateway.networking.k8s.io/v1", "auth"],
    ["Ingress", "networking.k8s.io/v1", "auth"],
    ["Gateway", "networking.istio.io/v1", "auth"],
    ["HorizontalPodAutoscaler", "autoscaling/v2", "auth"],
    ["CronJob", "batch/v1", "auth"],
    ["Deployment", "apps/v1", "auth"],
    ["Notebook", "kubeflow.org/v1", "auth"],
    ["PersistentVolumeClaim", "v1", "auth"],
    ["PodDisruptionBudget", "policy/v1", "auth"],
    ["Service", "v1", "auth"],
    ["Secret", "v1", "auth"],
    ["RoleBinding", "rbac.authorization.k8s.io/v1", "auth"],
    ["Role", "rbac.authorization.k8s.io/v1", "auth"],
    ["ServiceAccount", "v1", "auth"],
    ["Certificate", "cert-manager.io/v1", "auth"],
    ["Issuer", "cert-manager.io/v1", "auth"],
    ["ClusterIssuer", "cert-manager.io/v1"],
    ["AuthorizationPolicy", "security.istio.io/v1", "auth"],
    ["EnvoyFilter", "networking.istio.io/v1alpha3", "auth"],
    ["PeerAuthentication", "security.istio.io/v1", "istio-system"],
    ["NetworkPolicy", "networking.k8s.io/v1", "auth"],
    ["HorizontalPodAutoscaler", "autoscaling/v2", "istio-system"],
    ["Job", "batch/v1", "cert-manager"],
    ["DaemonSet", "apps/v1", "istio-cni"],
    ["Deployment", "apps/v1", "istio-system"],
    ["ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"],
    ["MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"],
    ["NetworkPolicy", "networking.k8s.io/v1", "istio-system"],
    ["Service", "v1", "istio-system"],
    ["ConfigMap", "v1", "istio-system"],
    ["ClusterRoleBinding", "rbac.authorization.k8s.io/v1"],
    ["ClusterRole", "rbac.authorization.k8s.io/v1"],
    ["ServiceAccount", "v1", "istio-system"],
    ["PriorityClass", "scheduling.k8s.io/v1"],
    ["CustomResourceDefinition", "apiextensions.k8s.io/v1"],
    ["Namespace", "v1"],
  ] as const
).map(([kind, apiVersion, namespace]): ObjectId => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name: "a",
}));

const written = (ids: readonly ObjectId[]) => {
  const files = fileNames(ids);
  return kustomizations(ids.map((id, index) => ({ id, file: files[index] ?? "" })));
};
const resources = (text: string | undefined) => (parse(text ?? "") as { resources: string[] }).resources;

describe("the kustomizations of an output", () => {
  const all = written(objects);

  it("are one for all, which names the stages in order, and one for each stage", () => {
    const stages = ["1-definitions", "2-foundations", "3-rules", "4-gate", "5-tokens"];
    assert.deepEqual([...all.keys()], ["kustomization.yaml", ...stages.map((stage) => `${stage}/kustomization.yaml`)]);
    assert.deepEqual(resources(all.get("kustomization.yaml")), stages);
  });

  it("keep kustomize from sorting, which it would do by the outermost one alone", () => {
    for (const content of all.values()) {
      assert.deepEqual((parse(content) as { sortOptions: unknown }).sortOptions, { order: "fifo" });
    }
  });

  it("have namespaces before definitions", () => {
    assert.deepEqual(resources(all.get("1-definitions/kustomization.yaml")), [
      "cluster/namespace-a.yaml",
      "cluster/customresourcedefinition-a.yaml",
    ]);
  });

  it("have webhooks before the pods that answer them, which they don't refuse", () => {
    assert.deepEqual(resources(all.get("2-foundations/kustomization.yaml")), [
      "cluster/priorityclass-a.yaml",
      "istio-system/serviceaccount-a.yaml",
      "cluster/clusterrole-a.yaml",
      "cluster/clusterrolebinding-a.yaml",
      "istio-system/configmap-a.yaml",
      "istio-system/service-a.yaml",
      "istio-system/networkpolicy-a.yaml",
      "cluster/mutatingwebhookconfiguration-a.yaml",
      "cluster/validatingwebhookconfiguration-a.yaml",
      "cert-manager/job-a.yaml",
      "istio-cni/daemonset-a.yaml",
      "istio-system/deployment-a.yaml",
      "istio-system/horizontalpodautoscaler-a.yaml",
    ]);
  });

  it("have rules first, then who signs, then certificates", () => {
    assert.deepEqual(resources(all.get("3-rules/kustomization.yaml")), [
      "auth/networkpolicy-a.yaml",
      "auth/authorizationpolicy-a.yaml",
      "auth/envoyfilter-a.yaml",
      "istio-system/peerauthentication-a.yaml",
      "auth/issuer-a.yaml",
      "cluster/clusterissuer-a.yaml",
      "auth/certificate-a.yaml",
    ]);
  });

  it("have unknown kinds before pods, listeners after them, then routes, and keys in a stage of their own", () => {
    assert.deepEqual(resources(all.get("4-gate/kustomization.yaml")), [
      "auth/serviceaccount-a.yaml",
      "auth/role-a.yaml",
      "auth/rolebinding-a.yaml",
      "auth/secret-a.yaml",
      "auth/service-a.yaml",
      "auth/poddisruptionbudget-a.yaml",
      "auth/notebook-a.yaml",
      "auth/persistentvolumeclaim-a.yaml",
      "auth/cronjob-a.yaml",
      "auth/deployment-a.yaml",
      "auth/horizontalpodautoscaler-a.yaml",
      "auth/gateway-a.yaml",
      "auth/httproute-a.yaml",
      "auth/ingress-a.yaml",
      "auth/virtualservice-a.yaml",
    ]);
    assert.deepEqual(resources(all.get("5-tokens/kustomization.yaml")), ["auth/requestauthentication-a.yaml"]);
  });

  it("don't depend on the order in which the objects came", () => {
    assert.deepEqual(written(objects.toReversed()), all);
  });

  it("leave out a stage that has nothing in it, and no other stage gets its number", () => {
    const some = written(objects.filter(({ kind }) => ["Namespace", "Gateway"].includes(kind)));
    assert.deepEqual(resources(some.get("kustomization.yaml")), ["1-definitions", "4-gate"]);
    assert.deepEqual([...some.keys()].slice(1), ["1-definitions/kustomization.yaml", "4-gate/kustomization.yaml"]);
    assert.match(some.get("4-gate/kustomization.yaml") ?? "", /when everything in \.\.\/1-definitions is ready/);
    const none = written([]);
    assert.deepEqual([...none.keys()], ["kustomization.yaml"]);
    assert.deepEqual(resources(none.get("kustomization.yaml")), []);
  });
});

describe("what the outermost kustomization says about applying it", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const files = fileNames(objects);
  before(() => {
    for (const file of files) {
      mkdirSync(dirname(folder.path("out", file)), { recursive: true });
      writeFileSync(folder.path("out", file), "");
    }
    mkdirSync(folder.path("bin"));
    writeFileSync(
      folder.path("bin", "kubectl"),
      `#!/bin/sh\necho "$*" >> "$SAID"\ncase "$*" in *"$REFUSED") exit 1 ;; esac\n`,
    );
    chmodSync(folder.path("bin", "kubectl"), 0o755);
  });

  /** Runs the header's lines with a kubectl that notes what it is asked. */
  const run = (refused = "nothing") => {
    const said = folder.path("said");
    writeFileSync(said, "");
    const header = [...(written(objects).get("kustomization.yaml") ?? "").matchAll(/^# {3}(.*)$/gm)];
    const { status, stderr } = spawnSync("sh", ["-c", header.map(([, line]) => line).join("\n")], {
      cwd: folder.path("out"),
      env: { PATH: `${folder.path("bin")}:${process.env.PATH ?? ""}`, SAID: said, REFUSED: refused },
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    return { status, asked: readFileSync(said, "utf8").trim().split("\n") };
  };

  it("applies each stage and waits for all of it that can be waited for", () => {
    const { status, asked } = run();
    assert.equal(status, 0);
    const rollout = "rollout status --timeout=10m -f";
    const trusted = "wait --timeout=5m --for=jsonpath={.webhooks[0].clientConfig.caBundle} -f";
    const ready = "wait --timeout=5m --for=condition=Ready -f";
    assert.deepEqual(asked, [
      "apply --server-side -k 1-definitions",
      "wait --timeout=1m --for=condition=Established -f 1-definitions/cluster/customresourcedefinition-a.yaml",
      "apply --server-side -k 2-foundations",
      "wait --timeout=5m --for=condition=Complete -f 2-foundations/cert-manager/job-a.yaml",
      `${trusted} 2-foundations/cluster/mutatingwebhookconfiguration-a.yaml`,
      `${trusted} 2-foundations/cluster/validatingwebhookconfiguration-a.yaml`,
      `${rollout} 2-foundations/istio-cni/daemonset-a.yaml`,
      `${rollout} 2-foundations/istio-system/deployment-a.yaml`,
      "apply --server-side -k 3-rules",
      `${ready} 3-rules/auth/certificate-a.yaml`,
      `${ready} 3-rules/auth/issuer-a.yaml`,
      `${ready} 3-rules/cluster/clusterissuer-a.yaml`,
      "apply --server-side -k 4-gate",
      `${rollout} 4-gate/auth/deployment-a.yaml`,
      "apply --server-side -k 5-tokens",
    ]);
  });

  it("stops where something is refused or does not become ready", () => {
    for (const last of ["-k 2-foundations", "-f 3-rules/auth/certificate-a.yaml"]) {
      const { status, asked } = run(last);
      assert.equal(status, 1);
      assert.ok(asked.at(-1)?.endsWith(last), asked.at(-1));
    }
  });

  it("is what the documentation says", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "7-gitops.md"), "utf8");
    assert.ok(page.includes(applyStage.join("\n")));
  });
});
