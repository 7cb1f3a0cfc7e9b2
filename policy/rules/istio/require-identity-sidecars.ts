import { groupOf, join, type Manifest, mapAt, nameOf } from "../../manifest";
import { identityServiceOf } from "../../readers/identity";
import { Lookup } from "../../readers/lookup";
import { type Pod, podsOf } from "../../readers/pods";
import { type Finding, inspect, type Member, type StackRule, violation } from "../../rule";
import { about } from "./about";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(319, "Cleartext Transmission of Sensitive Information");

/**
 * The services that see passwords and tokens are in the mesh.
 *
 * Only where there is a mesh, and where somebody says that they are not: a namespace that isn't among these objects may have the
 * label. Advisory, because TLS of their own or a NetworkPolicy can do instead.
 */
export const requireIdentitySidecars: StackRule = {
  name: "require-identity-sidecars",
  title: "Identity services are in the mesh",
  why:
    "Without a sidecar the gateway talks to oauth2-proxy and Dex in plain text: cookies, codes and passwords can be read on the " +
    "way, and no policy there can ask for the gateway's principal.",
  mend: "Label the namespace with istio-injection: enabled (or istio.io/rev), and remove sidecar.istio.io/inject: false.",
  severity: "medium",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio sidecar injection",
      "setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
      "the labels of namespaces and pods that decide",
    ),
  ],
  settings: [],
  checkTogether(members) {
    if (!members.some(({ manifest }) => groupOf(manifest).endsWith(".istio.io"))) return [];
    const namespaces = new Lookup(
      members.filter(({ manifest }) => manifest.kind === "Namespace" && manifest.apiVersion === "v1"),
      ({ manifest }) => [nameOf(manifest)],
    );
    return members.flatMap((member) =>
      about(member, () =>
        podsOf(member.manifest).flatMap((pod) => inspect(() => sidecarFindings(pod, member, namespaces))),
      ),
    );
  },
};

function sidecarFindings(pod: Pod, member: Member, namespaces: Lookup<Member>): Finding[] {
  const service = identityServiceOf(pod);
  if (service === undefined) return [];
  const owner = pod.field.replace(/(^|\.)spec$/, "$1metadata");
  const key = "sidecar.istio.io/inject";
  const own = pod.labels[key] ?? pod.annotations[key];
  const then = `so ${service} is out of the mesh`;
  const passedBy = bypasses(pod, owner).map((field) =>
    violation(field, `${field} has requests pass it by, ${then}. Remove it.`),
  );
  if (passedBy.length > 0 || String(own) === "true") return passedBy;
  if (own !== undefined) {
    const field = `${owner}.${pod.labels[key] === undefined ? "annotations" : "labels"}["${key}"]`;
    return [violation(field, `${field} is ${JSON.stringify(own)}, ${then}. Remove it.`)];
  }
  const namespace = namespaces.first(member.namespace);
  if (!namespace || isInMesh(namespace.manifest)) return [];
  const name = JSON.stringify(member.namespace);
  return [
    violation(
      `${owner}.labels`,
      `The namespace ${name} has no label that gives its pods sidecars, ${then}. Label it istio-injection: enabled.`,
    ),
  ];
}

/** Ports of these services by themselves; others, such as those of metrics, may be left out of a sidecar. */
const served = ["4180", "4443", "5554", "5556", "5557", "8887", "8888"];

/** Annotations and fields of a pod that have its requests pass the sidecar, or the node's proxy of an ambient mesh, by. */
function bypasses(pod: Pod, owner: string): string[] {
  const { annotations, labels, spec } = pod;
  const at = (key: string) => join(`${owner}.annotations`, key);
  const included = annotations["traffic.sidecar.istio.io/includeInboundPorts"];
  const left = annotations["traffic.sidecar.istio.io/excludeInboundPorts"];
  // A number without quotes is none that Kubernetes takes; it is meant all the same.
  const excluded = typeof left === "string" ? left.split(",") : typeof left === "number" ? [String(left)] : [];
  const mode = annotations["sidecar.istio.io/interceptionMode"];
  const config = annotations["proxy.istio.io/config"];
  return [
    ...(included === undefined || included === "*" ? [] : [at("traffic.sidecar.istio.io/includeInboundPorts")]),
    ...(excluded.some((port) => served.includes(port.trim()))
      ? [at("traffic.sidecar.istio.io/excludeInboundPorts")]
      : []),
    ...(mode === undefined || mode === "REDIRECT" || mode === "TPROXY"
      ? []
      : [at("sidecar.istio.io/interceptionMode")]),
    ...(typeof config === "string" && config.includes("DISABLE_ENVOY") ? [at("proxy.istio.io/config")] : []),
    ...(annotations["ambient.istio.io/bypass-inbound-capture"] === "true"
      ? [at("ambient.istio.io/bypass-inbound-capture")]
      : []),
    ...(labels["istio.io/dataplane-mode"] === "none" ? [join(`${owner}.labels`, "istio.io/dataplane-mode")] : []),
    // Istio gives a pod in the node's network no sidecar.
    ...(spec["hostNetwork"] === true ? [join(pod.field, "hostNetwork")] : []),
  ];
}

function isInMesh(namespace: Manifest): boolean {
  const labels = mapAt(mapAt(namespace["metadata"], "metadata")["labels"], "metadata.labels");
  if (labels["istio.io/dataplane-mode"] === "ambient" || labels["istio-injection"] === "enabled") return true;
  const revision = labels["istio.io/rev"];
  return labels["istio-injection"] !== "disabled" && typeof revision === "string" && revision !== "";
}
