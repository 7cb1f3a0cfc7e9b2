import { groupOf, mapAt, type Manifest } from "../../manifest";
import { isApiGateway, isIstioGateway, isKind, mapsAt, type Placed, show, specOf, textsAt } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(288, "Authentication Bypass Using an Alternate Path or Channel");

/** Modes in which the gateway ends TLS itself. ISTIO_MUTUAL asks for the mesh's identities, so browsers never meet it. */
const ending = [undefined, null, "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"];

export const limitGatewayTlsModes: Rule = {
  name: "limit-gateway-tls-modes",
  title: "The gateway ends TLS itself",
  why:
    "A gateway that passes TLS or a connection on sees no request: no token is looked at, no header is taken away, and " +
    "whoever knows a Service's name reaches it from outside (AUTO_PASSTHROUGH).",
  mend:
    "Write tls.mode: SIMPLE with a credentialName, or MUTUAL where clients have certificates, and routes for HTTP in place " +
    "of those for TCP and TLS.",
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
    if (isKind(manifest, "VirtualService")) return ["tcp", "tls"].flatMap((key) => connections(manifest, key));
    return isConnectionRoute(manifest) ? parents(manifest) : [];
  },
};

/** Routes of connections, which are at gateways where they name any; `mesh` is for sidecars. */
function connections(manifest: Manifest, key: string): Finding[] {
  return inspect(() => {
    const spec = specOf(manifest);
    const gateways = textsAt(spec["gateways"], "spec.gateways");
    return mapsAt(spec[key], `spec.${key}`).flatMap((route) =>
      inspect(() => (isAtGateway(route, gateways) ? [unseen(route.field, "Write an http route in place of it.")] : [])),
    );
  });
}

/** A match may name gateways of its own, which then hold. */
function isAtGateway({ field, map }: Placed, around: readonly string[]): boolean {
  const matches = mapsAt(map["match"], `${field}.match`);
  const own = matches.map((match) => textsAt(match.map["gateways"], `${match.field}.gateways`));
  return (own.length > 0 ? own : [[]])
    .map((gateways) => (gateways.length > 0 ? gateways : around))
    .some((gateways) => gateways.some((name) => name !== "mesh"));
}

function isConnectionRoute(manifest: Manifest): boolean {
  return groupOf(manifest) === "gateway.networking.k8s.io" && /^(TCP|TLS|UDP)Route$/.test(manifest.kind);
}

/** The gateways that such a route is at; one at a Service is for sidecars. */
function parents(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["parentRefs"], "spec.parentRefs").flatMap(({ field, map }) =>
    inspect(() => (map["kind"] === "Service" ? [] : [unseen(field, "Write an HTTPRoute in place of this route.")])),
  );
}

function unseen(field: string, then: string): Finding {
  return violation(field, `${field} passes connections of a gateway on without a look at their requests. ${then}`);
}

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
