import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidKubernetesDashboard } from "../../../../policy/rules/network/forbid-kubernetes-dashboard";
import { limitExposedServices } from "../../../../policy/rules/network/limit-exposed-services";
import { limitGateways } from "../../../../policy/rules/network/limit-gateways";
import { run } from "../../../../policy/run";
import { defaultSettings } from "../../../../policy/settings";
import { changed, context, messages, unknownCheckingProxy, unknownStringValue } from "../../support";
import { container, deployment } from "../pods/fixtures";

const inGateways = (namespace: string) => ({
  ...context,
  settings: { ...defaultSettings, gatewayNamespace: namespace },
});

describe("limit-exposed-services", () => {
  const service: Manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "team" },
    spec: { type: "ClusterIP", ports: [{ port: 80 }] },
  };
  const message = (type: string, namespace = "ingress") =>
    `spec.type is "${type}", outside of the gateway's namespace "${namespace}". ` +
    "Write ClusterIP, and route to the Service from the gateway.";

  for (const type of ["ClusterIP", "ExternalName", undefined]) {
    it(`lets ${type ?? "a Service without a type"} pass`, () => {
      assert.deepEqual(messages(limitExposedServices, changed(service, { "spec.type": type })), []);
    });
  }

  for (const type of ["LoadBalancer", "NodePort", "SomethingNew"]) {
    it(`rejects ${type}`, () => {
      assert.deepEqual(messages(limitExposedServices, changed(service, { "spec.type": type })), [message(type)]);
    });

    it(`lets ${type} pass in the gateway's namespace`, () => {
      const manifest = changed(service, { "spec.type": type, "metadata.namespace": "ingress" });
      assert.deepEqual(messages(limitExposedServices, manifest), []);
    });
  }

  it("rejects externalIPs", () => {
    assert.deepEqual(messages(limitExposedServices, changed(service, { "spec.externalIPs": ["192.0.2.1"] })), [
      `spec.externalIPs is a list of 1, outside of the gateway's namespace "ingress". Remove it.`,
    ]);
  });

  const annotated = (annotations: Record<string, unknown>, namespace = "team") =>
    changed(service, { metadata: { name: "web", namespace, annotations } });
  const exposing: readonly (readonly [string, unknown])[] = [
    ["tailscale.com/expose", "true"],
    ["tailscale.com/expose", "yes"],
    ["cloud.google.com/neg", '{"exposed_ports": {"80":{}}}'],
    ["cloud.google.com/neg", '{"ingress": true, "Exposed_Ports": {"80":{"name":"web"}}}'],
    ["cloud.google.com/neg", "{"],
    ["cloud.google.com/neg", "[]"],
  ];

  for (const [name, value] of exposing) {
    it(`rejects the annotation ${name}: ${String(value)}, and lets it pass in the gateway's namespace`, () => {
      assert.deepEqual(messages(limitExposedServices, annotated({ [name]: value })), [
        `metadata.annotations[${JSON.stringify(name)}] is ${JSON.stringify(value)}, outside of the gateway's namespace ` +
          '"ingress". Remove it, and route to the Service from the gateway.',
      ]);
      assert.deepEqual(messages(limitExposedServices, annotated({ [name]: value }, "ingress")), []);
    });
  }

  for (const [name, value] of [
    ["tailscale.com/expose", "false"],
    ["cloud.google.com/neg", '{"ingress": true}'],
    ["cloud.google.com/neg", '{"exposed_ports": {}}'],
    ["example.com/expose", "true"],
  ] as const) {
    it(`lets the annotation ${name}: ${value} pass`, () => {
      assert.deepEqual(messages(limitExposedServices, annotated({ [name]: value })), []);
    });
  }

  it("says what the type is where annotations are unknown at preview", () => {
    const manifest = changed(service, { "spec.type": "NodePort", "metadata.annotations": unknownStringValue });
    assert.deepEqual(
      run(limitExposedServices, unknownCheckingProxy(manifest), context).map(({ kind, field }) => `${kind} ${field}`),
      ["violation spec.type", "unchecked metadata.annotations"],
    );
  });

  it("reads the gateway's namespace from the pack's config", () => {
    const manifest = changed(service, { "spec.type": "LoadBalancer", "metadata.namespace": "istio-system" });
    assert.deepEqual(messages(limitExposedServices, manifest, inGateways("istio-system")), []);
    assert.deepEqual(messages(limitExposedServices, manifest, inGateways("gate")), [message("LoadBalancer", "gate")]);
  });

  it("puts a Service without a namespace where the provider would", () => {
    const manifest = changed(service, { "spec.type": "LoadBalancer", "metadata.namespace": undefined });
    assert.deepEqual(messages(limitExposedServices, manifest, { ...context, defaultNamespace: "ingress" }), []);
    assert.deepEqual(messages(limitExposedServices, manifest), [message("LoadBalancer")]);
  });

  it("doesn't need to know the namespace of a Service that nobody outside reaches", () => {
    const manifest = changed(service, { "metadata.namespace": unknownStringValue });
    assert.deepEqual(run(limitExposedServices, unknownCheckingProxy(manifest), context), []);
    const exposed = unknownCheckingProxy(changed(manifest, { "spec.type": "NodePort" }));
    assert.deepEqual(
      run(limitExposedServices, exposed, context).map(({ kind, field }) => `${kind} ${field}`),
      ["unchecked metadata.namespace"],
    );
  });

  it("leaves another group's Service alone", () => {
    const manifest = changed(service, { apiVersion: "serving.knative.dev/v1", "spec.type": "NodePort" });
    assert.deepEqual(messages(limitExposedServices, manifest), []);
  });
});

describe("limit-gateways", () => {
  const gateway = (apiVersion: string, kind: string, namespace: string): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: "web", namespace },
    spec: {},
  });
  const kinds = [
    ["networking.istio.io/v1", "Gateway", "an Istio Gateway"],
    ["networking.istio.io/v1alpha3", "Gateway", "an Istio Gateway"],
    ["gateway.networking.k8s.io/v1", "Gateway", "a Gateway of the Gateway API"],
    ["gateway.networking.k8s.io/v1beta1", "Gateway", "a Gateway of the Gateway API"],
    ["gateway.networking.x-k8s.io/v1alpha1", "XListenerSet", "a Gateway of the Gateway API"],
    ["networking.k8s.io/v1", "Ingress", "an Ingress"],
    ["extensions/v1beta1", "Ingress", "an Ingress"],
    ["route.openshift.io/v1", "Route", "an OpenShift Route"],
    ["projectcontour.io/v1", "HTTPProxy", "a Contour HTTPProxy"],
    ["traefik.io/v1alpha1", "IngressRouteTCP", "a Traefik IngressRoute"],
    ["k8s.nginx.org/v1", "VirtualServer", "an NGINX server"],
    ["configuration.konghq.com/v1beta1", "TCPIngress", "a Kong Ingress"],
    ["getambassador.io/v3alpha1", "Host", "an Emissary listener"],
    ["elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "a target group of AWS"],
    ["eks.amazonaws.com/v1", "TargetGroupBinding", "a target group of AWS"],
    ["networking.gke.io/v1", "MultiClusterIngress", "an Ingress of several clusters"],
  ] as const;

  for (const [apiVersion, kind, what] of kinds) {
    it(`lets ${apiVersion} ${kind} pass in the gateway's namespace`, () => {
      assert.deepEqual(messages(limitGateways, gateway(apiVersion, kind, "ingress")), []);
    });

    it(`rejects ${apiVersion} ${kind} elsewhere`, () => {
      assert.deepEqual(messages(limitGateways, gateway(apiVersion, kind, "team")), [
        `metadata.namespace is "team", and this is ${what}: a way in beside the gateway's in "ingress". ` +
          "Remove it, and route from that gateway.",
      ]);
    });
  }

  for (const [apiVersion, kind] of [
    ["networking.istio.io/v1", "VirtualService"],
    ["gateway.networking.k8s.io/v1", "HTTPRoute"],
    ["networking.k8s.io/v1", "NetworkPolicy"],
    ["example.com/v1", "Gateway"],
  ] as const) {
    it(`leaves ${apiVersion} ${kind} alone`, () => {
      assert.deepEqual(messages(limitGateways, gateway(apiVersion, kind, "team")), []);
    });
  }

  it("reads the gateway's namespace from the pack's config", () => {
    const manifest = gateway("networking.istio.io/v1", "Gateway", "istio-system");
    assert.deepEqual(messages(limitGateways, manifest, inGateways("istio-system")), []);
    assert.equal(messages(limitGateways, manifest).length, 1);
  });
});

describe("forbid-kubernetes-dashboard", () => {
  const withImage = (image: string) => changed(deployment, { [`${container}.image`]: image });

  for (const image of ["ghcr.io/kubeflow/kubeflow/central-dashboard:v1.10.0", "grafana/dashboard:v1.0.0"]) {
    it(`lets ${image} pass`, () => {
      assert.deepEqual(messages(forbidKubernetesDashboard, withImage(image)), []);
    });
  }

  for (const image of [
    "kubernetesui/dashboard:v2.7.0",
    "docker.io/kubernetesui/dashboard-web:1.7.0",
    "mirror.example.com/docker/kubernetesui/dashboard-auth:1.4.0",
    "registry.k8s.io/kubernetes-dashboard-amd64:v1.10.1",
  ]) {
    it(`rejects ${image}`, () => {
      assert.deepEqual(messages(forbidKubernetesDashboard, withImage(image)), [
        `${container}.image is "${image}". Remove the dashboard.`,
      ]);
    });
  }

  it("rejects its chart", () => {
    const release = { apiVersion: "helm.sh/v3", kind: "Release", chart: "kubernetes-dashboard" };
    assert.deepEqual(messages(forbidKubernetesDashboard, release), [
      'chart is "kubernetes-dashboard". Remove the dashboard.',
    ]);
  });

  it("lets another chart pass", () => {
    const release = { apiVersion: "helm.sh/v3", kind: "Release", chart: "central-dashboard" };
    assert.deepEqual(messages(forbidKubernetesDashboard, release), []);
  });
});
