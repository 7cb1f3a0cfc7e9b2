import { join, listAt, type Manifest, mapAt } from "../../manifest";
import { namespaceOf } from "../../readers/namespace";
import { show } from "../../readers/pods";
import { weakness } from "../../references";
import { inspect, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(1327, "Binding to an Unrestricted IP Address");

/** The types that nobody reaches from outside of the cluster; absent is the first of them. */
const internal = new Set(["ClusterIP", "ExternalName"]);

/**
 * Only the gateway has a Service that is reachable from outside. In its namespace every type passes: how people get to
 * the gateway is the platform's business.
 */
export const limitExposedServices: Rule = {
  name: "limit-exposed-services",
  title: "Only the gateway is reachable from outside",
  why:
    "A LoadBalancer or NodePort Service, or one with externalIPs, is a way in that passes neither sign-in nor policies; " +
    "externalIPs also take the traffic of an address that belongs to somebody else (CVE-2020-8554).",
  mend: "Write type: ClusterIP, remove externalIPs, and route to the Service from the gateway.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    {
      id: "CVE-2020-8554",
      url: "https://github.com/kubernetes/kubernetes/issues/97076",
      about: "whoever sets externalIPs takes over the traffic to that address",
    },
  ],
  settings: ["gatewayNamespace"],
  check(manifest, context) {
    if (manifest.apiVersion !== "v1" || manifest.kind !== "Service") return [];
    return inspect(() => {
      const spec = mapAt(manifest["spec"], "spec");
      const exposed = [...typeOf(spec), ...externalAddresses(manifest)];
      // Read last: it can be unknown at preview, and most Services are not exposed.
      if (exposed.length === 0 || namespaceOf(manifest, context) === context.settings.gatewayNamespace) return [];
      const where = `outside of the gateway's namespace ${JSON.stringify(context.settings.gatewayNamespace)}`;
      return exposed.map(({ field, what, then }) => violation(field, `${field} is ${what}, ${where}. ${then}`));
    });
  },
};

interface Exposed {
  readonly field: string;
  readonly what: string;
  readonly then: string;
}

function typeOf(spec: Record<string, unknown>): Exposed[] {
  const type = spec["type"];
  if (type === undefined || type === null || internal.has(type as string)) return [];
  const then = "Write ClusterIP, and route to the Service from the gateway.";
  return [{ field: "spec.type", what: show(type), then }];
}

function externalAddresses(manifest: Manifest): Exposed[] {
  return ["externalIPs", "deprecatedPublicIPs"].flatMap((key) => {
    const field = join("spec", key);
    const addresses = listAt(mapAt(manifest["spec"], "spec")[key], field);
    return addresses.length === 0 ? [] : [{ field, what: show(addresses), then: "Remove it." }];
  });
}
