import { keysOfAnotherCluster, keysOfNobody, publicIssuer } from "../beside/servers/publicIssuer";
import { clusterKeys as place, namespaces } from "../../components/topology";
import { type Mutation, withSpec, withYaml } from "./mutation";

interface Config {
  static_resources: { listeners: { filter_chains: { filters: { typed_config: Manager }[] }[] }[] };
}

interface Manager {
  route_config: { virtual_hosts: { routes: { name: string; match: unknown }[] }[] };
}

const config = { apiVersion: "v1", kind: "ConfigMap", namespace: namespaces.istio, name: place.name };

/** Has istiod fetch the cluster's keys elsewhere. */
const fetchedFrom = (jwksUri: string): Mutation["change"] => {
  return (object) =>
    withSpec<{ jwtRules: { issuer: string; jwksUri?: string }[] }>(object, ({ jwtRules }) => {
      for (const rule of jwtRules.filter(({ issuer }) => issuer === publicIssuer)) {
        rule.jwksUri = jwksUri;
      }
    });
};

const tokens = {
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  namespace: namespaces.ingress,
  name: "tokens",
};

/** What hands the cluster's keys on to istiod. */
export const clusterKeys: readonly Mutation[] = [
  {
    name: "keys-for-every-pod",
    breaks: "Any pod of the cluster connects to what has a token of the API server.",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace: namespaces.istio,
      name: `allow-${place.name}`,
    },
    change: (object) => withSpec<{ ingress: unknown[] }>(object, (spec) => (spec.ingress = [{}])),
    modes: ["every-machine"],
    noticedBy: ["fail-closed/network-flows"],
  },
  {
    name: "every-path-of-the-api-server",
    breaks: "Whoever gets to the keys asks the API server for whatever that account may read.",
    object: config,
    restarts: place.name,
    change: (live) =>
      withYaml<Config>(live, "envoy.yaml", ({ static_resources: { listeners } }) => {
        const filters = listeners.flatMap(({ filter_chains: chains }) => chains.flatMap((chain) => chain.filters));
        for (const host of filters.flatMap(({ typed_config: manager }) => manager.route_config.virtual_hosts)) {
          const ready = host.routes.filter(({ name }) => name === "ready");
          const [keys] = host.routes.filter(({ name }) => name === "keys");
          // Or its pods would never be ready, and nothing would have changed.
          host.routes = keys === undefined ? host.routes : [...ready, { ...keys, match: { prefix: "/" } }];
        }
      }),
    modes: ["every-machine"],
    noticedBy: ["machines/cluster-keys"],
  },
  {
    name: "keys-of-another-cluster",
    breaks: "The cloud has other keys under the names of the cluster's, and none of its tokens may open the gate.",
    object: tokens,
    change: fetchedFrom(keysOfAnotherCluster),
    modes: ["public-cluster"],
    noticedBy: ["machines/kubernetes-token"],
  },
  {
    name: "keys-of-whoever-answers",
    breaks:
      "The keys are the cluster's, but nobody vouches for the server that has them, and istiod may not believe it.",
    object: tokens,
    change: fetchedFrom(keysOfNobody),
    modes: ["public-cluster"],
    noticedBy: ["machines/kubernetes-token"],
  },
];
