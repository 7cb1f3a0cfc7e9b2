import { type Manifest } from "../../manifest";
import { apiListeners, isApiGateway, isIstioGateway, textAt } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { eachServerHost } from "./eachServerHost";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(284, "Improper Access Control");

/**
 * A gateway names its hosts.
 *
 * `namespace/*` passes, with a namespace that is named: a gateway that people reach by its address has no name that clients
 * would send in TLS, and routes come from that one namespace alone.
 */
export const limitGatewayHosts: Rule = {
  name: "limit-gateway-hosts",
  title: "A gateway names its hosts",
  why:
    "With * a gateway answers under any name: a foreign domain that points here can read answers (DNS rebinding), cookies " +
    "and redirects are made for names that are not ours, and any VirtualService in the cluster can take over paths.",
  mend: "Name the hosts, as <namespace of their routes>/<host>, for example auth/kubeflow.example.com.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio Gateway",
      "reference/config/networking/gateway/#Server",
      "hosts with the namespaces of their routes",
    ),
    istioPage(
      "Istio security best practices",
      "ops/best-practices/security/#avoid-overly-broad-hosts-configurations",
      "hosts are named as closely as can be",
    ),
  ],
  settings: [],
  check(manifest) {
    if (isIstioGateway(manifest)) return servers(manifest);
    if (isApiGateway(manifest)) return listeners(manifest);
    return [];
  },
};

function servers(manifest: Manifest): Finding[] {
  return eachServerHost(manifest, (place, host) => {
    const [namespace, name] = host.includes("/") ? host.split("/", 2) : ["*", host];
    const isOpen = name === "*" ? namespace === "*" : isTopLevel(name);
    return isOpen ? [wrong(place, JSON.stringify(host))] : [];
  });
}

/** A star and one label, such as *.com: a wildcard over what other people register. */
function isTopLevel(name = ""): boolean {
  return /^\*\.[^.]*\.?$/.test(name) && name !== "*.local" && name !== "*.global";
}

function listeners(manifest: Manifest): Finding[] {
  return apiListeners(manifest).flatMap(({ field, map }) =>
    inspect(() => {
      const hostname = textAt(map["hostname"], `${field}.hostname`);
      const isNamed = hostname !== "" && hostname !== "*" && !isTopLevel(hostname);
      return isNamed ? [] : [wrong(`${field}.hostname`, hostname === "" ? "absent" : JSON.stringify(hostname))];
    }),
  );
}

function wrong(field: string, value: string): Finding {
  return violation(
    field,
    `${field} is ${value}, so the gateway answers under any name. Name the hosts that are yours.`,
  );
}
