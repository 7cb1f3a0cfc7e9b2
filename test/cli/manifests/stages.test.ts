import assert from "node:assert/strict";
import { type ObjectId } from "../../../cli/manifests/objectId";
import { stageFolder, stageOf, stages, stagesOf } from "../../../cli/manifests/stages";
import { recordEverything } from "../../program/record";

const id = (apiVersion: string, kind: string, namespace?: string): ObjectId => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name: "a",
});
const inStage = (name: string, ids: ObjectId[]) => {
  for (const one of ids) {
    assert.equal(stageOf(one), name, `${one.kind} ${one.apiVersion} ${one.namespace ?? ""}`);
  }
};

describe("the stage of an object", () => {
  it("is the first one for namespaces and definitions", () => {
    inStage("definitions", [
      id("v1", "Namespace"),
      id("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
      id("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
    ]);
  });

  it("is the second one for cert-manager, Istio, what they may do, and their webhooks", () => {
    inStage("foundations", [
      id("apps/v1", "Deployment", "cert-manager"),
      id("apps/v1", "DaemonSet", "istio-cni"),
      id("v1", "Secret", "istio-system"),
      id("networking.k8s.io/v1", "NetworkPolicy", "istio-system"),
      id("batch/v1", "Job", "cert-manager"),
      id("rbac.authorization.k8s.io/v1", "ClusterRole"),
      id("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
      id("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ]);
  });

  it("is the third one for what restricts and what signs, also in the namespaces of the foundations", () => {
    inStage("rules", [
      id("networking.k8s.io/v1", "NetworkPolicy", "auth"),
      id("security.istio.io/v1", "PeerAuthentication", "istio-system"),
      id("security.istio.io/v1", "AuthorizationPolicy", "ingress"),
      id("networking.istio.io/v1alpha3", "EnvoyFilter", "ingress"),
      id("networking.istio.io/v1", "DestinationRule", "auth"),
      id("networking.istio.io/v1", "Sidecar", "auth"),
      id("telemetry.istio.io/v1", "Telemetry", "istio-system"),
      id("extensions.istio.io/v1alpha1", "WasmPlugin", "ingress"),
      id("cert-manager.io/v1", "ClusterIssuer"),
      id("cert-manager.io/v1", "Certificate", "ingress"),
      id("acme.cert-manager.io/v1", "Order", "ingress"),
    ]);
  });

  it("is the third one for what certificates need in the gateway's namespace", () => {
    const inIngress = (apiVersion: string, kind: string, name: string) => ({
      apiVersion,
      kind,
      namespace: "ingress",
      name,
    });
    for (const object of [
      inIngress("v1", "Secret", "gatehouse-acme-dns"),
      inIngress("v1", "ServiceAccount", "gatehouse-acme-dns"),
      inIngress("rbac.authorization.k8s.io/v1", "RoleBinding", "gatehouse-acme-dns"),
      inIngress("v1", "Secret", "gatehouse-edge-given"),
    ]) {
      assert.equal(stageOf(object), "rules", object.kind);
    }
    assert.equal(stageOf(inIngress("v1", "Secret", "another")), "gate");
  });

  it("comes after that of the certificates that pods wait for", async () => {
    const recording = await recordEverything();
    const certificates = recording.all<{ spec: { secretName: string } }>("Certificate");
    const order = (object: ObjectId) => stages.findIndex(({ name }) => name === stageOf(object));
    const waiting = recording
      .all<{ spec: { template: { spec: { volumes?: { secret?: { secretName: string } }[] } } } }>("Deployment")
      .flatMap((deployment) => {
        const { namespace = "", name } = deployment.metadata;
        const mounted = deployment.spec.template.spec.volumes?.flatMap(({ secret }) => secret?.secretName ?? []) ?? [];
        return certificates
          .filter(({ metadata, spec }) => metadata.namespace === namespace && mounted.includes(spec.secretName))
          .map(({ metadata }) => {
            const [pod, certificate] = [
              { apiVersion: "apps/v1", kind: "Deployment", namespace, name },
              { apiVersion: "cert-manager.io/v1", kind: "Certificate", namespace, name: metadata.name },
            ];
            assert.ok(order(pod) > order(certificate), `${namespace}/${name}`);
            return name;
          });
      });
    assert.ok(waiting.includes("cluster-keys"));
  });

  it("is the fourth one for pods, for what leads to them, and for kinds that nobody here knows", () => {
    inStage("gate", [
      id("apps/v1", "Deployment", "auth"),
      id("v1", "Secret", "auth"),
      id("v1", "Service", "ingress"),
      id("networking.istio.io/v1", "Gateway", "ingress"),
      id("networking.istio.io/v1", "VirtualService", "auth"),
      id("gateway.networking.k8s.io/v1", "Gateway", "ingress"),
      id("gateway.networking.k8s.io/v1", "HTTPRoute", "istio-system"),
      id("kubeflow.org/v1", "Notebook", "team"),
      id("not-istio.io/v1", "AuthorizationPolicy", "team"),
      id("networking.example.com/v1", "Namespace", "team"),
    ]);
  });
});

describe("the stages", () => {
  it("end with keys, which istiod fetches from Dex as soon as they are asked for", () => {
    inStage("tokens", [
      id("security.istio.io/v1", "RequestAuthentication", "ingress"),
      id("security.istio.io/v1beta1", "RequestAuthentication", "team"),
    ]);
  });

  it("have folders that sort in their order", () => {
    const folders = stages.map(({ name }) => stageFolder(name));
    assert.deepEqual(folders, ["1-definitions", "2-foundations", "3-rules", "4-gate", "5-tokens"]);
    assert.deepEqual([...folders].sort(), folders);
  });

  it("keep the order of what is in them, and those without anything are left out", () => {
    const objects = ["b", "a"].flatMap((name) => [
      { ...id("apps/v1", "Deployment", "auth"), name },
      { ...id("v1", "Namespace"), name },
    ]);
    assert.deepEqual(
      stagesOf(objects, (one) => one).map((stage) => [stage.name, stage.objects.map(({ name }) => name)]),
      [
        ["definitions", ["b", "a"]],
        ["gate", ["b", "a"]],
      ],
    );
    assert.deepEqual(
      stagesOf([], (one: ObjectId) => one),
      [],
    );
  });
});
