import { groupOf, type Manifest } from "../../manifest";
import { isWaypoint } from "../../readers/istio";
import { namespaceOf } from "../../readers/namespace";
import { weakness } from "../../references";
import { inspect, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(288, "Authentication Bypass Using an Alternate Path or Channel");

/** What opens ports, by group; a group's other kinds only route to them. */
const kinds: readonly [group: RegExp, kind: RegExp, isWhat: string][] = [
  [/^networking\.istio\.io$/, /^Gateway$/, "an Istio Gateway"],
  [/^gateway\.networking\.(x-)?k8s\.io$/, /^(X?Gateway|X?ListenerSet)$/, "a Gateway of the Gateway API"],
  [/^(extensions|networking\.k8s\.io)$/, /^Ingress$/, "an Ingress"],
  [/^route\.openshift\.io$/, /^Route$/, "an OpenShift Route"],
  [/^projectcontour\.io$/, /^HTTPProxy$/, "a Contour HTTPProxy"],
  [/^traefik\.(io|containo\.us)$/, /^IngressRoute(TCP|UDP)?$/, "a Traefik IngressRoute"],
  [/^k8s\.nginx\.org$/, /^(VirtualServer|TransportServer)$/, "an NGINX server"],
  [/^configuration\.konghq\.com$/, /^(TCP|UDP)Ingress$/, "a Kong Ingress"],
  [/^getambassador\.io$/, /^(Host|Listener|TCPMapping|Mapping)$/, "an Emissary listener"],
  [/^apisix\.apache\.org$/, /^Apisix(Route|Tls)$/, "an APISIX route"],
  [/^gateway\.solo\.io$/, /^(Gateway|VirtualService)$/, "a Gateway of Gloo"],
  [/^ingress\.v\d+\.haproxy\.(org|com)$/, /^TCP$/, "a listener of HAProxy"],
  [/^zalando\.org$/, /^RouteGroup$/, "a RouteGroup of Skipper"],
  // AWS's load balancer sends to a Service's pods with the first, Google's with the second.
  [/^(elbv2\.k8s\.aws|eks\.amazonaws\.com)$/, /^TargetGroupBinding$/, "a target group of AWS"],
  [/^networking\.gke\.io$/, /^MultiClusterIngress$/, "an Ingress of several clusters"],
  [/^cilium\.io$/, /^Cilium(Clusterwide)?EnvoyConfig$/, "a listener of Cilium's Envoy"],
];

/**
 * Nothing opens a port to the outside but the gateway, in its own namespace.
 *
 * In the gateway's namespace all of them pass, an Ingress as well: a cloud's load balancer in front of the gateway is one
 * (AWS's controller), and so is cert-manager's challenge. A Gateway for traffic inside the mesh (Knative's local one) or
 * out of it (egress) is no way in, but looks like one: which pods its selector means is known to the cluster alone. A waypoint of an ambient
 * mesh speaks a protocol that asks for identities, and passes.
 */
export const limitGateways: Rule = {
  name: "limit-gateways",
  title: "There is one way in",
  why:
    "The sign-in and its policies are on one gateway's pods. What another Gateway or Ingress opens is reached without " +
    "them, and takes a host name away from the first.",
  mend: "Move the routes to the gateway: a VirtualService or HTTPRoute may be in any namespace that the gateway names.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    {
      id: "Istio security best practices",
      url: "https://istio.io/latest/docs/ops/best-practices/security/#restrict-gateway-creation-privileges",
      about: "gateways are for administrators, because one can take another's host",
    },
  ],
  settings: ["gatewayNamespace"],
  check(manifest, context) {
    const what = opens(manifest);
    if (what === undefined) return [];
    return inspect(() => {
      if (isWaypoint(manifest)) return [];
      const namespace = namespaceOf(manifest, context);
      const wanted = context.settings.gatewayNamespace;
      if (namespace === wanted) return [];
      const message =
        `metadata.namespace is ${JSON.stringify(namespace)}, and this is ${what}: a way in beside the gateway's in ` +
        `${JSON.stringify(wanted)}. Remove it, and route from that gateway.`;
      return [violation("metadata.namespace", message)];
    });
  },
};

function opens(manifest: Manifest): string | undefined {
  const group = groupOf(manifest);
  return kinds.find(([groups, names]) => groups.test(group) && names.test(manifest.kind))?.[2];
}
