import { mapAt, type Manifest } from "../../manifest";
import { isApiGateway, isIstioGateway, mapsAt, show, specOf } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(288, "Authentication Bypass Using an Alternate Path or Channel");

/** Modes in which the gateway ends TLS itself. ISTIO_MUTUAL asks for the mesh's identities, so browsers never meet it. */
const ending = [undefined, null, "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"];

export const limitGatewayTlsModes: Rule = {
  name: "limit-gateway-tls-modes",
  title: "The gateway ends TLS itself",
  why:
    "A gateway that passes TLS on sees no request: no token is looked at, no header is taken away, and whoever knows a " +
    "Service's name reaches it from outside (AUTO_PASSTHROUGH).",
  mend: "Write tls.mode: SIMPLE with a credentialName, or MUTUAL where clients have certificates.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio Gateway",
      "reference/config/networking/gateway/#ServerTLSSettings-TLSmode",
      "PASSTHROUGH and AUTO_PASSTHROUGH route by the name in TLS alone",
    ),
  ],
  settings: [],
  check(manifest) {
    if (isIstioGateway(manifest)) return modes(manifest, "servers", ending, "SIMPLE");
    if (isApiGateway(manifest)) return modes(manifest, "listeners", [undefined, null, "Terminate"], "Terminate");
    return [];
  },
};

function modes(manifest: Manifest, list: string, known: readonly unknown[], instead: string): Finding[] {
  return mapsAt(specOf(manifest)[list], `spec.${list}`).flatMap(({ field, map }) =>
    inspect(() => {
      const { mode } = mapAt(map["tls"], `${field}.tls`);
      if (known.includes(mode)) return [];
      const place = `${field}.tls.mode`;
      return [
        violation(place, `${place} is ${show(mode)}, so requests pass without being looked at. Write ${instead}.`),
      ];
    }),
  );
}
