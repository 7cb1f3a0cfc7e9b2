import { isMap } from "../../manifest";
import { trafficPolicies } from "../../readers/destinations";
import { identityServiceOf } from "../../readers/identity";
import { isKind, type Placed, show, specOf, textAt } from "../../readers/istio";
import { podsOf } from "../../readers/pods";
import { nsaHardening } from "../../references";
import { type Finding, inspect, type Member, type StackRule, violation } from "../../rule";
import { about, mayBe } from "./about";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(319, "Cleartext Transmission of Sensitive Information");

/** Services by the first part of their names; a release's name may stand before it. */
const services = /(^|-)(oauth2-?proxy|dex)$|^ml-pipeline$/;

/**
 * Nobody turns mutual TLS off on the way to what signs people in.
 *
 * Istio's own choice, without any `tls`, is mutual TLS where the other side has it. TLS of the service's own passes where an
 * authority is named. A wildcard is judged where it takes everything, or a namespace with one of these services here.
 */
export const requireIdentityMtls: StackRule = {
  name: "require-identity-mtls",
  title: "The way to identity services is mutual TLS",
  why:
    "A DestinationRule with DISABLE, or without a mode, has the gateway send cookies, codes and passwords in plain text, and " +
    "without its identity, so that a policy of the service can't tell it from a notebook.",
  mend: "Remove tls from the rule, or write mode: ISTIO_MUTUAL; for TLS of the service's own, SIMPLE with caCertificates.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    nsaHardening,
    istioPage(
      "Istio DestinationRule",
      "reference/config/networking/destination-rule/#ClientTLSSettings-TLSmode",
      "DISABLE, the first and so the default, makes no TLS connection",
    ),
  ],
  settings: [],
  checkTogether(members) {
    const namespaces = new Set(
      members
        .filter(({ manifest }) => mayBe(() => podsOf(manifest).some((pod) => identityServiceOf(pod) !== undefined)))
        .flatMap((member) => namespaceOf(member)),
    );
    return members
      .filter(({ manifest }) => isKind(manifest, "DestinationRule"))
      .flatMap((member) =>
        about(member, () => {
          const host = textAt(specOf(member.manifest)["host"], "spec.host");
          if (!isMeant(host, namespaces)) return [];
          return trafficPolicies(member.manifest).flatMap((policy) => inspect(() => findings(policy, host)));
        }),
      );
  },
};

/** One that is unknown at preview is nobody's wildcard. */
function namespaceOf(member: Member): string[] {
  try {
    return [member.namespace];
  } catch {
    return [];
  }
}

function isMeant(host: string, namespaces: ReadonlySet<string>): boolean {
  const [first = "", second = "", ...rest] = host.toLowerCase().split(".");
  if (first !== "*") return services.test(first);
  // All of the mesh, or of one namespace.
  const isWide = ["", "local", "svc", "cluster"].includes(second);
  return isWide || (namespaces.has(second) && (rest.length === 0 || rest[0] === "svc"));
}

function findings({ field, map }: Placed, host: string): Finding[] {
  const place = `${field}.tls`;
  const tls = map["tls"];
  if (tls === undefined || tls === null) return [];
  const { mode } = isMap(tls) ? tls : {};
  if (mode === "ISTIO_MUTUAL") return [];
  const named =
    isMap(tls) &&
    ["caCertificates", "credentialName"].some((key) => ![undefined, null, ""].includes(tls[key] as string));
  if ((mode === "SIMPLE" || mode === "MUTUAL") && named) return [];
  const wrong =
    mode === "SIMPLE" || mode === "MUTUAL"
      ? `${place} is of mode ${mode} and names no authority`
      : `${place}.mode is ${show(mode)}`;
  return [
    violation(
      `${place}.mode`,
      `${wrong}, on the way to ${JSON.stringify(host)}. Write ISTIO_MUTUAL, or SIMPLE with the service's caCertificates.`,
    ),
  ];
}
