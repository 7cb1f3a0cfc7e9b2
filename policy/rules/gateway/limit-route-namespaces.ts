import { type Manifest, mapAt } from "../../manifest";
import { isApiGateway, isIstioGateway, mapsAt, specOf } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { eachServerHost } from "./eachServerHost";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(668, "Exposure of Resource to Wrong Sphere");

/** Advisory: where only the platform's people may write routes, RBAC says the same. */
export const limitRouteNamespaces: Rule = {
  name: "limit-route-namespaces",
  title: "A gateway's host takes routes from named namespaces",
  why:
    "A host without a namespace takes routes from all of them: whoever may write a VirtualService can put an application " +
    "of theirs under a path of the dashboard's host, and see what everybody sends there.",
  mend: "Write <namespace>/<host> in servers[].hosts, or allowedRoutes.namespaces.from: Same or Selector.",
  severity: "medium",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio Gateway",
      "reference/config/networking/gateway/#Server",
      "namespace/host limits where routes come from",
    ),
    {
      id: "Gateway API cross-namespace routing",
      url: "https://gateway-api.sigs.k8s.io/guides/multiple-ns/",
      about: "allowedRoutes limits where routes come from",
    },
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
    // limit-gateway-hosts rejects a host that is everything.
    if ((host.includes("/") && !host.startsWith("*/")) || host.replace("*/", "") === "*") return [];
    const message =
      `${place} is ${JSON.stringify(host)} and takes routes from every namespace. ` +
      `Write <namespace>/${host.replace(/^\*\//, "")}.`;
    return [violation(place, message)];
  });
}

function listeners(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["listeners"], "spec.listeners").flatMap(({ field, map }) =>
    inspect(() => {
      const place = `${field}.allowedRoutes.namespaces`;
      const from = mapAt(mapAt(map["allowedRoutes"], `${field}.allowedRoutes`)["namespaces"], place)["from"] ?? "Same";
      if (from === "Same" || from === "Selector" || from === "None") return [];
      return [
        violation(
          `${place}.from`,
          `${place}.from is ${JSON.stringify(from)} and takes routes from every namespace. Write Same or Selector.`,
        ),
      ];
    }),
  );
}
