import { type Manifest, mapAt } from "../../manifest";
import { apiListeners, isApiGateway, isIstioGateway, specOf } from "../../readers/istio";
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
  mend: "Write <namespace>/<host> in servers[].hosts, or from: Same or Selector in allowedRoutes and allowedListeners.",
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
  const routes = apiListeners(manifest).flatMap(({ field, map }) =>
    inspect(() => from(`${field}.allowedRoutes`, map["allowedRoutes"], "Same", "routes")),
  );
  // ListenerSets open listeners of their own at the gateway; nobody may where it says nothing.
  const spec = specOf(manifest);
  return [...routes, ...inspect(() => from("spec.allowedListeners", spec["allowedListeners"], "None", "listeners"))];
}

function from(field: string, allowed: unknown, usual: string, what: string): Finding[] {
  const place = `${field}.namespaces`;
  const where = mapAt(mapAt(allowed, field)["namespaces"], place)["from"] ?? usual;
  if (["Same", "Selector", "None"].includes(where as string)) return [];
  return [
    violation(
      `${place}.from`,
      `${place}.from is ${JSON.stringify(where)} and takes ${what} from every namespace. Write Same or Selector.`,
    ),
  ];
}
