import { isMap, join, listAt, type Manifest, mapAt } from "../../manifest";
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
    "A LoadBalancer or NodePort Service, one with externalIPs, or one that an annotation puts into a VPN or behind a " +
    "cloud's load balancer, is a way in that passes neither sign-in nor policies; externalIPs also take " +
    "the traffic of an address that belongs to somebody else (CVE-2020-8554).",
  mend: "Write type: ClusterIP, remove externalIPs and such annotations, and route to the Service from the gateway.",
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
    // One by one: annotations that are unknown at preview hide no type.
    return [typeOf, externalAddresses, annotationsOf].flatMap((look) =>
      inspect(() => {
        const exposed = look(manifest);
        // Read last: it can be unknown at preview, and most Services are not exposed.
        if (exposed.length === 0 || namespaceOf(manifest, context) === context.settings.gatewayNamespace) return [];
        const where = `outside of the gateway's namespace ${JSON.stringify(context.settings.gatewayNamespace)}`;
        return exposed.map(({ field, what, then }) => violation(field, `${field} is ${what}, ${where}. ${then}`));
      }),
    );
  },
};

interface Exposed {
  readonly field: string;
  readonly what: string;
  readonly then: string;
}

function typeOf(manifest: Manifest): Exposed[] {
  const type = mapAt(manifest["spec"], "spec")["type"];
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

/** Annotations by which a controller makes a way to the pods of a Service of any type, with what says that it makes none. */
const opening: Readonly<Record<string, (value: unknown) => boolean>> = {
  // Tailscale's operator puts the Service into a tailnet.
  "tailscale.com/expose": (value) => value === "" || value === "false",
  // GKE makes groups of endpoints for a load balancer of one's own; `ingress` is for an Ingress, which is judged itself.
  "cloud.google.com/neg": hasNoExposedPorts,
};

function annotationsOf(manifest: Manifest): Exposed[] {
  const field = "metadata.annotations";
  const annotations = mapAt(mapAt(manifest["metadata"], "metadata")["annotations"], field);
  return Object.entries(opening).flatMap(([name, isShut]) => {
    if (!Object.hasOwn(annotations, name)) return [];
    const value = annotations[name];
    if (value === undefined || value === null || isShut(value)) return [];
    const then = "Remove it, and route to the Service from the gateway.";
    return [{ field: join(field, name), what: show(value), then }];
  });
}

/** What can't be read may have any. */
function hasNoExposedPorts(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    const said: unknown = JSON.parse(value);
    if (!isMap(said)) return false;
    // Go's JSON takes a name in any case.
    const ports = Object.entries(said).filter(([key]) => key.toLowerCase() === "exposed_ports");
    return ports.every(([, map]) => map === null || (isMap(map) && Object.keys(map).length === 0));
  } catch {
    return false;
  }
}
