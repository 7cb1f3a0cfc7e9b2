import { mapAt } from "../../manifest";
import { trafficPolicies } from "../../readers/destinations";
import { isKind, type Placed, textAt, textsAt } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(296, "Improper Following of a Certificate's Chain of Trust");

/**
 * Advisory, because Istio verifies against the operating system's authorities where none is named (ClientTLSSettings of
 * istio.io/api 1.31), which is right for a public server. For one inside, it is everybody's authority in place of one's own.
 */
export const requireDestinationAuthorities: Rule = {
  name: "require-destination-authorities",
  title: "TLS to a server names whom to believe",
  why:
    "With TLS to a server and neither an authority nor a name, any public authority can vouch for it, and releases before " +
    "1.22 verified nothing at all.",
  mend: "Name the authority in caCertificates or credentialName, or the server's names in subjectAltNames.",
  severity: "medium",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio DestinationRule",
      "reference/config/networking/destination-rule/#ClientTLSSettings",
      "without caCertificates the operating system's are used",
    ),
  ],
  settings: [],
  check(manifest) {
    if (!isKind(manifest, "DestinationRule")) return [];
    return trafficPolicies(manifest).flatMap((policy) => inspect(() => tlsFindings(policy)));
  },
};

function tlsFindings({ field, map }: Placed): Finding[] {
  const place = `${field}.tls`;
  const tls = mapAt(map["tls"], place);
  const mode = tls["mode"];
  // Other modes have no server to verify, or Istio's own authority.
  if (mode !== "SIMPLE" && mode !== "MUTUAL") return [];
  const named =
    ["caCertificates", "credentialName"].some((key) => textAt(tls[key], `${place}.${key}`) !== "") ||
    textsAt(tls["subjectAltNames"], `${place}.subjectAltNames`).length > 0;
  if (named) return [];
  const message = `${place} is of mode ${mode} and names no authority. Write caCertificates, or subjectAltNames.`;
  return [violation(place, message)];
}
