import { mapAt } from "../../manifest";
import { isKind, show, specOf } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(319, "Cleartext Transmission of Sensitive Information");

/**
 * UNSET takes the mode of what is above it, down to Istio's default; require-mesh-wide-mtls asks for one that says STRICT.
 *
 * The port of a webhook is rejected as well, although the API server that calls it has no identity: left out of the sidecar
 * it is as open, and says so where the pod is, in place of a policy that may be about other pods tomorrow.
 */
const safe = [undefined, null, "STRICT", "UNSET"];

export const forbidPlaintextMtls: Rule = {
  name: "forbid-plaintext-mtls",
  title: "Nobody talks to a sidecar in plain text",
  why:
    "With PERMISSIVE or DISABLE a pod without an identity is let in. Every policy that names the gateway's principal, " +
    "which is what keeps kubeflow-userid honest, rests on callers having one.",
  mend:
    "Write mode: STRICT. A webhook's port, which the API server calls, goes into the pods' annotation " +
    "traffic.sidecar.istio.io/excludeInboundPorts.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio PeerAuthentication",
      "reference/config/security/peer_authentication/#PeerAuthentication-MutualTLS-Mode",
      "PERMISSIVE takes plain text as well as mutual TLS",
    ),
    {
      id: "NSA/CISA Kubernetes Hardening Guide",
      url: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
      about: "traffic between pods is encrypted",
    },
  ],
  settings: [],
  check(manifest) {
    if (!isKind(manifest, "PeerAuthentication")) return [];
    const spec = specOf(manifest);
    const ports = mapAt(spec["portLevelMtls"], "spec.portLevelMtls");
    return [
      ...inspect(() => modeFindings("spec.mtls", spec["mtls"])),
      ...Object.keys(ports).flatMap((port) =>
        inspect(() => modeFindings(`spec.portLevelMtls[${JSON.stringify(port)}]`, ports[port])),
      ),
    ];
  },
};

function modeFindings(field: string, value: unknown): Finding[] {
  const mode = mapAt(value, field)["mode"];
  if (safe.some((each) => each === mode)) return [];
  return [
    violation(`${field}.mode`, `${field}.mode is ${show(mode)}, so pods without an identity are let in. Write STRICT.`),
  ];
}
