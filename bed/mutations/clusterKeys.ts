import { clusterKeys as place, namespaces } from "../../components/topology";
import { type Mutation, withSpec, withYaml } from "./mutation";

interface Config {
  static_resources: { listeners: { filter_chains: { filters: { typed_config: Manager }[] }[] }[] };
}

interface Manager {
  route_config: { virtual_hosts: { routes: { name: string; match: unknown }[] }[] };
}

const config = { apiVersion: "v1", kind: "ConfigMap", namespace: namespaces.istio, name: place.name };

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
];
