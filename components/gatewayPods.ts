import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Settings } from "../stacks/schema";
import { lockedChart } from "./chart";
import { profileOf } from "./clusterPlatform";
import { partOf } from "./labels";
import { topologySpread } from "./spread";
import { gateway, internalGate, namespaces, revisionOf } from "./topology";

export interface GatewayPodsArgs {
  settings: Settings;
  /** Whether Dex stands behind the gateway's internal listener. */
  internal: boolean;
  /** The mesh, and every rule that the pods are to follow from their first request on. */
  dependsOn: pulumi.Resource[];
}

/** The gateway's pods and Services. */
export class GatewayPods extends pulumi.ComponentResource {
  /** The load balancer's address, once there is one. */
  readonly address: pulumi.Output<string | undefined>;

  constructor(name: string, { settings, internal, dependsOn }: GatewayPodsArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:GatewayPods", name, {}, opts);
    // The chart's own account would have its token mounted; pilot-agent uses one that is made for istiod alone.
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: { name: gateway.serviceAccount, namespace: namespaces.ingress, labels: partOf },
        automountServiceAccountToken: false,
      },
      { parent: this, dependsOn },
    );
    const chart = lockedChart(
      gateway.name,
      {
        chart: "gateway",
        release: gateway.name,
        namespace: namespaces.ingress,
        values: gatewayValues(settings),
        mirror: settings.mirror.charts,
      },
      { parent: this, dependsOn: [...dependsOn, account] },
    );
    if (internal) {
      new k8s.core.v1.Service(
        `${name}-internal`,
        {
          metadata: { name: internalGate.name, namespace: namespaces.ingress, labels: partOf },
          spec: {
            type: "ClusterIP",
            selector: gateway.labels,
            ports: [{ name: "https", port: internalGate.port, targetPort: gateway.ports.internal, protocol: "TCP" }],
          },
        },
        { parent: this, dependsOn: chart },
      );
    }
    this.address = loadBalancerAddress(chart);
    this.registerOutputs({ address: this.address });
  }
}

function loadBalancerAddress(chart: k8s.helm.v4.Chart): pulumi.Output<string | undefined> {
  return chart.resources.apply((resources: unknown[] | undefined = []) => {
    const service = resources.find((resource) => k8s.core.v1.Service.isInstance(resource));
    return pulumi.output(service?.status).apply((status) => {
      const [first] = status?.loadBalancer?.ingress ?? [];
      return first?.hostname ?? first?.ip;
    });
  });
}

function gatewayValues(settings: Settings): Record<string, unknown> {
  const { ingress, cluster } = settings;
  const revision = revisionOf(settings);
  const profile = profileOf(cluster);
  const { type, nodePorts, loadBalancer } = ingress.service;
  const annotations = { ...ingress.service.annotations, ...(type === "LoadBalancer" ? loadBalancer.annotations : {}) };
  const { trustedHops } = ingress.clientAddress;
  const nodePort = (port: number) => (type === "NodePort" ? { nodePort: port } : {});
  return {
    name: gateway.name,
    ...(revision === undefined ? {} : { revision }),
    ...(profile === undefined ? {} : { global: profile }),
    labels: { "istio.io/dataplane-mode": "none", ...gateway.labels },
    serviceAccount: { create: false, name: gateway.serviceAccount },
    // The template's image is the word `auto` until the pod is injected. Kubernetes takes it for a tag that may change, and
    // a pod could then not start while the registry is away, although its node has the image.
    imagePullPolicy: "IfNotPresent",
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    service: {
      type,
      ...(type === "LoadBalancer" ? loadBalancerValues(loadBalancer) : {}),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ports: [
        { name: "http2", port: 80, protocol: "TCP", targetPort: gateway.ports.http, ...nodePort(nodePorts.http) },
        { name: "https", port: 443, protocol: "TCP", targetPort: gateway.ports.https, ...nodePort(nodePorts.https) },
      ],
    },
    podAnnotations: {
      "proxy.istio.io/config": JSON.stringify({
        connectionSettings: edgeConnections,
        ...(trustedHops > 0 ? { gatewayTopology: { numTrustedProxies: trustedHops } } : {}),
      }),
    },
    autoscaling: { enabled: true, minReplicas: ingress.replicas.min, maxReplicas: ingress.replicas.max },
    // The chart makes no budget for a single pod, which a budget would only keep from being drained.
    podDisruptionBudget: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    topologySpreadConstraints: topologySpread(gateway.labels),
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "1Gi" } },
  };
}

/** With `Cluster`, Kubernetes' own default, a node's address stands in the client's place in every log. */
function loadBalancerValues(given: Settings["ingress"]["service"]["loadBalancer"]): Record<string, unknown> {
  const { address, sourceRanges, externalTrafficPolicy = "Local" } = given;
  return {
    externalTrafficPolicy,
    ...(address === undefined ? {} : { loadBalancerIP: address }),
    ...(given.class === undefined ? {} : { loadBalancerClass: given.class }),
    ...(sourceRanges.length === 0 ? {} : { loadBalancerSourceRanges: sourceRanges }),
  };
}

/**
 * Envoy's recommendations for a proxy at the edge (Istio's EDGE profile), except where they would break applications:
 * notebooks keep websockets and uploads open, and `kubeflow_userid` is dropped instead of failing the request.
 */
const edgeConnections = {
  profile: "EDGE",
  httpHeadersWithUnderscoresAction: "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
  httpPathWithEscapedSlashesAction: "UNESCAPE_AND_FORWARD",
  httpRequestTimeout: "0s",
  httpStreamIdleTimeout: "3600s",
};
