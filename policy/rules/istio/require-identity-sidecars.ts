import { groupOf, type Manifest, mapAt, nameOf } from "../../manifest";
import { identityServiceOf } from "../../readers/identity";
import { type Pod, podsOf } from "../../readers/pods";
import { type Finding, inspect, type Member, type StackRule, violation } from "../../rule";
import { about, mayBe } from "./about";
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
    const namespaces = members.filter(({ manifest }) => manifest.kind === "Namespace" && manifest.apiVersion === "v1");
    return members.flatMap((member) =>
      about(member, () =>
        podsOf(member.manifest).flatMap((pod) => inspect(() => sidecarFindings(pod, member, namespaces))),
      ),
    );
  },
};

function sidecarFindings(pod: Pod, member: Member, namespaces: readonly Member[]): Finding[] {
  const service = identityServiceOf(pod);
  if (service === undefined) return [];
  const owner = pod.field.replace(/(^|\.)spec$/, "$1metadata");
  const key = "sidecar.istio.io/inject";
  const own = pod.labels[key] ?? pod.annotations[key];
  if (String(own) === "true") return [];
  const then = `so ${service} is out of the mesh`;
  if (own !== undefined) {
    const field = `${owner}.${pod.labels[key] === undefined ? "annotations" : "labels"}["${key}"]`;
    return [violation(field, `${field} is ${JSON.stringify(own)}, ${then}. Remove it.`)];
  }
  const namespace = namespaces.find(({ manifest }) => mayBe(() => nameOf(manifest) === member.namespace));
  if (!namespace || isInMesh(namespace.manifest)) return [];
  const name = JSON.stringify(member.namespace);
  return [
    violation(
      `${owner}.labels`,
      `The namespace ${name} has no label that gives its pods sidecars, ${then}. Label it istio-injection: enabled.`,
    ),
  ];
}

function isInMesh(namespace: Manifest): boolean {
  const labels = mapAt(mapAt(namespace["metadata"], "metadata")["labels"], "metadata.labels");
  if (labels["istio.io/dataplane-mode"] === "ambient" || labels["istio-injection"] === "enabled") return true;
  const revision = labels["istio.io/rev"];
  return labels["istio-injection"] !== "disabled" && typeof revision === "string" && revision !== "";
}
