import { namespaces, ownNamespaces } from "../namespaces";
import { type ServerNetwork } from "../network";
import { type Path } from "../schemaPlaces";
import { comparing } from "./comparing";

const ours: readonly string[] = [namespaces.ingress, namespaces.auth, namespaces.echo, namespaces.keys];

/** What exists already is somewhere else than what this program makes. */
export const existingIsElsewhere = comparing(["certManager", "istio"], function* ({ certManager, istio }) {
  const taken = [
    ...ours,
    ...(certManager.type === "installed" ? [namespaces.certManager] : []),
    ...(istio.type === "installed" ? [namespaces.istio, namespaces.cni] : []),
  ];
  const given = [
    ...(certManager.type === "existing"
      ? (["namespace", "clusterResourceNamespace"] as const).map(
          (key) => ["certManager", key, certManager[key]] as const,
        )
      : []),
    ...(istio.type === "existing" ? [["istio", "namespace", istio.namespace] as const] : []),
  ];
  for (const [part, key, value] of given) {
    if (value !== undefined && taken.includes(value)) {
      yield {
        path: [part, key],
        value,
        mend: "this program makes this namespace itself, and closes it: name the one that exists already",
      };
    }
  }
});

export const exceptionsAreOfOwnNamespaces = comparing(["certManager", "network"], function* ({ certManager, network }) {
  for (const [index, { namespace }] of network.metadataExceptions.entries()) {
    if (certManager.type === "existing") {
      yield {
        path: ["network", "metadataExceptions", index],
        value: namespace,
        mend: "this program has no policies for a cert-manager that exists already: remove the exception, and let it through there",
      };
    }
  }
});

/** The namespaces of this program let nobody in but its own parts, so a server there could not be reached. */
export const serversAreElsewhere = comparing(
  ["certManager", "istio", "machines", "echo", "identity", "sessions"],
  function* (settings) {
    const { identity, sessions } = settings;
    const { provider, connectors } = identity;
    const servers: [path: Path, network: ServerNetwork][] = [
      ...connectors.flatMap((connector, index): [Path, ServerNetwork][] =>
        connector.type === "ldap" ? [[["identity", "connectors", index], connector.network]] : [],
      ),
      ...(provider.type === "dex" && provider.storage.type === "postgres"
        ? [[["identity", "provider", "storage"], provider.storage.network] satisfies [Path, ServerNetwork]]
        : []),
      ...(sessions.storage.type === "redis"
        ? [[["sessions", "storage"], sessions.storage.network] satisfies [Path, ServerNetwork]]
        : []),
    ];
    for (const [path, network] of servers) {
      if (network.type === "namespace" && ownNamespaces(settings).includes(network.namespace)) {
        yield {
          path: [...path, "network", "namespace"],
          value: network.namespace,
          mend: "this program makes this namespace itself, and closes it: put the server into one of its own",
        };
      }
    }
  },
);
