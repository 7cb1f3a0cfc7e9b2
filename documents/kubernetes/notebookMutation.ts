/**
 * Gives each notebook's VirtualService its one host. Kubeflow's controllers write `*` or one name for all, and Envoy tries the
 * routes of such a host one after the other; hosts of their own it finds by their hash. Whatever isn't plainly a notebook of
 * its own namespace is left as it is, for the policy that refuses.
 */
import { literal, type MutatingPolicy, type Named } from "./admissionPolicy";
import { hasHosts, isName, isOwnHost, mostRoutes, notebookOfRoute } from "./notebookNames";
import { atTheGateway, type NotebookRoutes, virtualServices } from "./notebookRoutes";

export function notebookMutation(args: NotebookRoutes): MutatingPolicy {
  return {
    failurePolicy: "Fail",
    reinvocationPolicy: "IfNeeded",
    matchConstraints: virtualServices,
    matchConditions: atTheGateway(args),
    variables: [...notebookOfRoute(args), ...hostsOf(args)],
    mutations: [
      patch('variables.host == "" ? [] : [JSONPatch{op: "replace", path: "/spec/hosts", value: [variables.host]}]'),
      // A controller's 300 seconds would cut off uploads, terminals and streams; without the field there is no limit. CEL
      // counts by a list.
      patch(
        `variables.host == "" ? [] : [${[...Array(mostRoutes).keys()].join(", ")}]` +
          ".filter(i, i < variables.routes.size() && has(variables.routes[i].timeout))" +
          '.map(i, JSONPatch{op: "remove", path: "/spec/http/" + string(i) + "/timeout"})',
      ),
    ],
  };
}

/** `host`, the one that it gets, or nothing. */
function hostsOf(args: NotebookRoutes): Named[] {
  const whole = `"*", ${literal(`*.${args.domain}`)}`;
  return [
    { name: "hosts", expression: "object.?spec.?hosts.orValue([])" },
    {
      name: "mayGet",
      expression:
        `variables.isNotebook && ${hasHosts("request.namespace")} && ${isName("variables.name", "variables.label")} && ` +
        `variables.hosts.size() == 1 && (variables.hosts[0] in [${whole}] || ${isOwnHost(args, "variables.hosts[0]")})`,
    },
    // kubeflow/notebooks#562 has a second VirtualService lead from any host to the notebook's: it gets that host, where
    // nobody comes by, since the gate itself leads there.
    { name: "leadsTo", expression: 'variables.routes[?0].?redirect.?authority.orValue("")' },
    {
      name: "host",
      expression:
        `!variables.mayGet ? "" : has(variables.routes[0].redirect) ? ` +
        `(variables.routes.size() == 1 && ${isOwnHost(args, "variables.leadsTo")} ? variables.leadsTo : "") : variables.exact`,
    },
  ];
}

function patch(expression: string): MutatingPolicy["mutations"][number] {
  return { patchType: "JSONPatch", jsonPatch: { expression } };
}
