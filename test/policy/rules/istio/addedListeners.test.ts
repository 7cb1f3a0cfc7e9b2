import { forbidRemovedFilters } from "../../../../policy/rules/istio/forbid-removed-filters";
import { type Case, cases } from "../cases";
import { envoyFilter, patchValue, typed } from "./fixtures";

const patch = "spec.configPatches[0]";
const operation = `${patch}.patch.operation`;
const said = (field: string, what: string) =>
  `${field} ${what}, past the filters that decide about requests. Remove the patch; a Gateway opens ports, with every policy.`;
const proxy = {
  name: "envoy.filters.network.tcp_proxy",
  typed_config: typed("extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    cluster: "outbound|80||centraldashboard.kubeflow.svc.cluster.local",
  }),
};

describe("forbid-removed-filters, of listeners that an EnvoyFilter adds", () => {
  const of = (applyTo: string, how: string, value: unknown) => ({
    [`${patch}.applyTo`]: applyTo,
    [operation]: how,
    [patchValue]: value,
  });

  const value = { per_connection_buffer_limit_bytes: 32768 };
  const merged = envoyFilter(value, { applyTo: "LISTENER", patch: { operation: "MERGE", value } });

  cases(forbidRemovedFilters, merged, [
    ...["LISTENER", "FILTER_CHAIN"].flatMap((applyTo) =>
      ["ADD", "INSERT_FIRST", "INSERT_BEFORE", "INSERT_AFTER"].map((how): Case => {
        return [`rejects ${how} for ${applyTo}`, of(applyTo, how, {}), [said(operation, `is ${how} for ${applyTo}`)]];
      }),
    ),
    [
      "rejects a chain that is merged into a listener",
      of("LISTENER", "MERGE", { filter_chains: [{}] }),
      [said(`${patchValue}.filter_chains`, "adds to what takes connections")],
    ],
    [
      "rejects the chain for everything else",
      of("LISTENER", "MERGE", { defaultFilterChain: {} }),
      [said(`${patchValue}.defaultFilterChain`, "adds to what takes connections")],
    ],
    [
      "rejects filters that are merged into a chain",
      of("FILTER_CHAIN", "MERGE", { filters: [proxy] }),
      [said(`${patchValue}.filters`, "adds to what takes connections")],
    ],
    ["lets a chain's time limit pass", of("FILTER_CHAIN", "MERGE", { transport_socket_connect_timeout: "5s" }), []],
    [
      "rejects a listener that Envoy starts with",
      of("BOOTSTRAP", "MERGE", { static_resources: { listeners: [{ name: "back" }] } }),
      [said(`${patchValue}.static_resources.listeners`, "adds to what takes connections")],
    ],
    ["lets what Envoy counts pass", of("BOOTSTRAP", "MERGE", { stats_config: { use_all_default_tags: true } }), []],
  ]);

  const filter = (name: string, type: string) => ({ name, typed_config: typed(type, {}) });
  const rbac = "extensions.filters.network.rbac.v3.RBAC";
  const ends = (type: string) => [
    said(patchValue, `adds the network filter ${JSON.stringify(type)}, which may lead connections elsewhere`),
  ];
  cases(forbidRemovedFilters, envoyFilter(filter("mine", rbac), { applyTo: "NETWORK_FILTER" }), [
    ["rejects tcp_proxy", { [patchValue]: proxy }, ends("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy")],
    [
      "rejects it under the name of another",
      { [patchValue]: { ...proxy, name: "envoy.filters.network.rbac" } },
      ends("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"),
    ],
    [
      "rejects it in a TypedStruct",
      {
        [patchValue]: {
          name: "mine",
          typedConfig: {
            "@type": "type.googleapis.com/xds.type.v3.TypedStruct",
            type_url: "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
            value: {},
          },
        },
      },
      ends("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"),
    ],
    ["rejects it by its name alone", { [patchValue]: { name: proxy.name } }, ends(proxy.name)],
    [
      "rejects a filter whose configuration comes later",
      { [patchValue]: { name: "mine", config_discovery: { config_source: { ads: {} } } } },
      ends("mine"),
    ],
    [
      "lets a limit of connections pass",
      { [patchValue]: filter("mine", "extensions.filters.network.connection_limit.v3.ConnectionLimit") },
      [],
    ],
    ["lets Istio's exchange of metadata pass", { [patchValue]: { name: "istio.metadata_exchange" } }, []],
    [
      "leaves merges into the manager of requests to other rules",
      { [operation]: "MERGE", [patchValue]: filter("m", "x.Y") },
      [],
    ],
  ]);
});
