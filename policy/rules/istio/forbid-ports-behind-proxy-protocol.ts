import { actionOf, type PolicyRule, policyRules } from "../../readers/authorizationPolicy";
import { isIstioGateway, isKind } from "../../readers/istio";
import { meet, type Reach, reachOf } from "../../readers/istioReach";
import { isForEveryGateway, ofGateway, type ProxyProtocol, proxyProtocolsOf } from "../../readers/proxyProtocol";
import { type Finding, type StackRule, violation } from "../../rule";
import { about } from "./about";
import { envoyPage, istioPage, weakness } from "./facts";

const { framework, reference } = weakness(807, "Reliance on Untrusted Inputs in a Security Decision");

/** A port that a denial names, and that has no PROXY header, stays what the kernel says. Anything else is somebody's word. */
function isSafe(ports: readonly string[], action: string, protocols: readonly ProxyProtocol[]): boolean {
  return (
    action === "DENY" &&
    ports.every((text) => protocols.every(({ port }) => port !== undefined && String(port) !== text))
  );
}

export const forbidPortsBehindProxyProtocol: StackRule = {
  name: "forbid-ports-behind-proxy-protocol",
  title: "Behind the PROXY protocol no policy looks at a port",
  why:
    "Envoy takes the whole connection from the PROXY header, its destination as well. A policy that names the pod's port " +
    "compares it with the load balancer's: none applies, and everybody comes in without an identity.",
  mend: "Take ports out of the policies of that gateway; tell listeners apart by connection.sni, hosts or paths.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    envoyPage(
      "Envoy PROXY protocol listener filter",
      "configuration/listeners/listener_filters/proxy_protocol",
      "the connection's addresses are replaced by the header's",
    ),
    istioPage(
      "Istio AuthorizationPolicy",
      "reference/config/security/authorization-policy/#Operation",
      "ports are the connection's destination ports",
    ),
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    const found = new Found();
    let everyGateway = false;
    const unchecked = members.flatMap((member) =>
      about(member, () => {
        everyGateway ||= isForEveryGateway(member);
        found.add(proxyProtocolsOf(member, context));
        return [];
      }),
    );
    const gateways = everyGateway ? members.filter(({ manifest }) => isIstioGateway(manifest)) : [];
    unchecked.push(
      ...gateways.flatMap((member) =>
        about(member, () => {
          found.add([ofGateway(member)]);
          return [];
        }),
      ),
    );
    const findings = members
      .filter(({ manifest }) => isKind(manifest, "AuthorizationPolicy"))
      .flatMap((member) =>
        about(member, () => {
          const protocols = found.at(reachOf(member, context));
          if (protocols.length === 0) return [];
          const action = actionOf(member.manifest);
          return policyRules(member.manifest).flatMap((rule) => portsIn(rule, action, protocols));
        }),
      );
    return [...findings, ...unchecked];
  },
};

/** Listeners that were found, each once, by namespace. */
class Found {
  readonly #byNamespace = new Map<string, Map<string, ProxyProtocol>>();
  readonly #inRoot = new Map<string, ProxyProtocol>();

  add(protocols: readonly ProxyProtocol[]): void {
    for (const protocol of protocols) {
      const { inRoot, namespace } = protocol.reach;
      const group = inRoot ? this.#inRoot : (this.#byNamespace.get(namespace) ?? new Map<string, ProxyProtocol>());
      group.set(JSON.stringify(protocol), protocol);
      if (!inRoot) this.#byNamespace.set(namespace, group);
    }
  }

  /** Those that a policy may be about. One of the root namespace may be about all. */
  at(reach: Reach): ProxyProtocol[] {
    const groups = reach.inRoot ? [...this.#byNamespace.values()] : [this.#byNamespace.get(reach.namespace)];
    return [this.#inRoot, ...groups]
      .flatMap((group) => (group ? [...group.values()] : []))
      .filter((each) => meet(each.reach, reach));
  }
}

function portsIn(rule: PolicyRule, action: string, protocols: readonly ProxyProtocol[]): Finding[] {
  const operations = rule.operations.flatMap(({ field, says }) =>
    ["ports", "notPorts"].flatMap((key) => {
      const ports = says[key];
      return ports === undefined || (key === "ports" && isSafe(ports, action, protocols))
        ? []
        : [{ field: `${field}.${key}`, ports }];
    }),
  );
  const conditions = rule.conditions
    .filter(({ key }) => key === "destination.port")
    .map(({ field, values, notValues }) => ({ field, ports: [...values, ...notValues] }));
  return [...operations, ...conditions].map(({ field, ports }) =>
    violation(
      field,
      `${field} names ${JSON.stringify(ports)} behind the PROXY protocol, where ports are the header's and not the pod's. ` +
        "Remove it; tell listeners apart by connection.sni, hosts or paths.",
    ),
  );
}
