/** Which VirtualServices the policies about notebooks' hosts look at. */
import { listLiteral, literal, type MatchResources, type Named } from "./admissionPolicy";
import { type NotebookHosts } from "./notebookNames";

export interface NotebookRoutes extends NotebookHosts {
  /** The Gateway of the notebooks' hosts, `<namespace>/<name>`. */
  gateway: string;
  /** The host below the domain where people sign in; the platform has it. */
  signInHost: string;
  /** The platform's own namespaces, whose VirtualServices are its own to write. */
  ownNamespaces: readonly string[];
  /** The labels of the namespaces that notebooks are in, where notebookAddresses.ts holds. */
  profileLabels: Readonly<Record<string, string>>;
  clusterDomain: string;
}

/** Of gateways that somebody looks at one by one. */
export const mostGateways = 8;

/** Every version of a VirtualService: a route is the same in each. */
export const virtualServices: MatchResources = {
  matchPolicy: "Equivalent",
  resourceRules: [
    {
      apiGroups: ["networking.istio.io"],
      apiVersions: ["*"],
      operations: ["CREATE", "UPDATE"],
      resources: ["virtualservices"],
    },
  ],
};

/** A gateway as Istio reads it (`resolveGatewayName` in pilot/pkg/model/config.go), which takes a name in DNS for one, too. */
export function resolved(gateway: string): string {
  const parts = `${gateway}.split(".")`;
  return (
    `(${gateway}.contains("/") ? ` +
    `(${gateway}.startsWith("./") ? request.namespace + ${gateway}.substring(1) : ${gateway}) : ` +
    `(${gateway}.contains(".") ? ${parts}[1] + "/" + ${parts}[0] : request.namespace + "/" + ${gateway}))`
  );
}

/** Those of tenants that the notebooks' gateway would take. Kubernetes evaluates these before any variable. */
export function atTheGateway({ gateway, ownNamespaces }: NotebookRoutes): Named[] {
  const name = gateway.slice(gateway.indexOf("/") + 1);
  return [
    { name: "not-the-platforms-own", expression: `!(request.namespace in ${listLiteral(ownNamespaces)})` },
    {
      name: "at-the-notebooks-gateway",
      // One with very many is taken for ours and refused, where the name is among them: a policy's loops are slow.
      expression:
        `object.?spec.?gateways.orValue([]).join(" ").contains(${literal(name)}) && ` +
        `(object.spec.gateways.size() > ${mostGateways} || ` +
        `object.spec.gateways.exists(g, ${resolved("g")} == ${literal(gateway)}))`,
    },
  ];
}
