import { mapAt } from "../../manifest";
import {
  apiListeners,
  isApiGateway,
  isIstioGateway,
  isOff,
  mapsAt,
  type Placed,
  show,
  specOf,
  textAt,
} from "../../readers/istio";
import { AttachedRoutes } from "../../readers/attachedRoutes";
import { leadsToHttps, leadToHttps } from "../../readers/routes";
import { type Finding, type Member, type StackRule, violation } from "../../rule";
import { about } from "../istio/about";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(319, "Cleartext Transmission of Sensitive Information");

/**
 * A port without TLS sends everybody to the one with.
 *
 * Plain HTTP at 443 is taken for what it can only be: something in front has ended TLS, because no browser speaks it there.
 * Where challenges are answered, routes send all the rest to https, one by one.
 */
export const requireHttpsRedirect: StackRule = {
  name: "require-https-redirect",
  title: "Plain HTTP leads to https and nowhere else",
  why:
    "Over plain HTTP anybody on the way reads the session's cookie and the password, or answers in place of the platform. A " +
    "gateway without a redirect serves the whole platform like that.",
  mend: "Write tls.httpsRedirect: true for the HTTP server, or a route that redirects everything with scheme https.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio Gateway",
      "reference/config/networking/gateway/#ServerTLSSettings",
      "httpsRedirect answers every request of the port with 301",
    ),
    {
      id: "RFC 8555, section 8.3",
      url: "https://www.rfc-editor.org/rfc/rfc8555#section-8.3",
      about: "HTTP-01 challenges",
    },
  ],
  settings: [],
  checkTogether(members) {
    const routes = new AttachedRoutes(members);
    return members.flatMap((member) =>
      about(member, () => {
        const { manifest } = member;
        if (isIstioGateway(manifest)) {
          return mapsAt(specOf(manifest)["servers"], "spec.servers").flatMap((server) =>
            serverFindings(server, member, routes),
          );
        }
        if (!isApiGateway(manifest)) return [];
        return apiListeners(manifest).flatMap((listener) => listenerFindings(listener, member, routes));
      }),
    );
  },
};

function serverFindings({ field, map }: Placed, member: Member, attached: AttachedRoutes): Finding[] {
  const port = mapAt(map["port"], `${field}.port`);
  const protocol = textAt(port["protocol"], `${field}.port.protocol`).toUpperCase();
  const place = `${field}.tls`;
  const tls = mapAt(map["tls"], place);
  // With a certificate Istio has these protocols in TLS; HTTPS and TLS are refused without.
  if (protocol === "HTTPS" || protocol === "TLS") return [];
  if (protocol === "HTTP" && (tls["httpsRedirect"] === true || port["number"] === 443)) return [];
  if (protocol === "HTTP" && leadToHttps(attached.ofIstio(member))) return [];
  if (protocol !== "HTTP" && !isOff(tls["mode"])) return [];
  const message =
    protocol === "HTTP"
      ? `${place}.httpsRedirect is ${show(tls["httpsRedirect"])} at port ${show(port["number"])}, which serves plain HTTP. Write true.`
      : `${field}.port.protocol is ${show(port["protocol"])} without TLS. Write HTTPS, with tls.mode and a credentialName.`;
  return [violation(protocol === "HTTP" ? `${place}.httpsRedirect` : `${field}.port.protocol`, message)];
}

function listenerFindings({ field, map }: Placed, member: Member, attached: AttachedRoutes): Finding[] {
  const protocol = String(map["protocol"]);
  if (protocol === "HTTPS" || protocol === "TLS") return [];
  if (protocol !== "HTTP" && protocol !== "http") {
    return [violation(`${field}.protocol`, `${field}.protocol is ${show(map["protocol"])} without TLS. Write HTTPS.`)];
  }
  const routes = attached.ofApi(member, map["name"]);
  const open = routes.find((route) => !leadsToHttps(route));
  if (open === undefined && routes.length > 0) return [];
  const message =
    `${field}.protocol is HTTP, and ${open === undefined ? "no route here redirects it" : "a route serves an application there"}. ` +
    "Attach an HTTPRoute with a RequestRedirect to scheme https, and applications to the HTTPS listener alone.";
  return [violation(`${field}.protocol`, message)];
}
