import { groupsRule, namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Rules {
  rules: { when?: { key: string }[] }[];
}

interface Route {
  http: { redirect?: { authority: string } }[];
}

const rule = (namespace: string, name: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  namespace,
  name,
});

const groupsOfGrafana = rule(namespaces.ingress, groupsRule("grafana", "grafana.kubeflow.example.com"));

/** Applications with hosts of their own, under the names that they have on the bed. */
export const apps: readonly Mutation[] = [
  {
    name: "everybody-at-an-application",
    breaks: "Whoever gets through the gate gets to an application, of its groups or not.",
    object: groupsOfGrafana,
    change: () => undefined,
    noticedBy: ["apps/groups"],
  },
  {
    name: "groups-of-no-member",
    breaks: "A token without any groups opens an application that is for members of some.",
    object: groupsOfGrafana,
    change: (object) => withSpec<Rules>(object, (spec) => (spec.rules = spec.rules.slice(0, 1))),
    noticedBy: ["apps/groups"],
  },
  {
    name: "anybody-past-the-gate",
    breaks: "Any pod of the mesh gets to an application past the gate in whatever person's name it likes.",
    object: rule(namespaces.echo, "gatehouse-door"),
    change: (object) =>
      withSpec<Rules>(object, ({ rules }) =>
        rules.forEach((each) => {
          if (each.when !== undefined) {
            each.when = each.when.filter(({ key }) => !key.includes("kubeflow-"));
          }
        }),
      ),
    noticedBy: ["apps/in-cluster"],
  },
  {
    name: "a-way-back-to-somebody-else",
    breaks: "The way back from sign-in leads to a host that nobody named.",
    object: {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      namespace: namespaces.auth,
      name: "return-door",
    },
    change: (object) =>
      withSpec<Route>(object, ({ http }) =>
        http.forEach(({ redirect }) => {
          if (redirect !== undefined) {
            redirect.authority = "evil.example";
          }
        }),
      ),
    noticedBy: ["apps/way-back", "apps/comes-back"],
  },
];
