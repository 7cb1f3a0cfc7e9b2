import { type Manifest } from "../../../../policy/manifest";
import { forbidPortsBehindProxyProtocol } from "../../../../policy/rules/istio/forbid-ports-behind-proxy-protocol";
import { changed } from "../../support";
import { casesTogether } from "../cases";
import { envoyFilter, meshConfigMap, requirePrincipal, typed } from "./fixtures";

const operation = "spec.rules[0].to[0].operation";
const said = (field: string, ports: string): [number, string] => [
  0,
  `${field} names ${ports} behind the PROXY protocol, where ports are the header's and not the pod's. ` +
    "Remove it; tell listeners apart by connection.sni, hosts or paths.",
];

const filter = envoyFilter(
  {
    name: "envoy.filters.listener.proxy_protocol",
    typed_config: typed("extensions.filters.listener.proxy_protocol.v3.ProxyProtocol", {}),
  },
  { applyTo: "LISTENER_FILTER", match: { context: "GATEWAY", listener: { portNumber: 8443 } } },
);

describe("forbid-ports-behind-proxy-protocol", () => {
  casesTogether(
    forbidPortsBehindProxyProtocol,
    [requirePrincipal, filter],
    [
      [
        "rejects the listener's port",
        { 0: { [`${operation}.ports`]: ["8443"] } },
        [said(`${operation}.ports`, '["8443"]')],
      ],
      [
        "rejects ports that a rule is not for",
        { 0: { [`${operation}.notPorts`]: ["8444"] } },
        [said(`${operation}.notPorts`, '["8444"]')],
      ],
      [
        "rejects a condition about the port",
        { 0: { "spec.rules[0].when": [{ key: "destination.port", values: ["8443"] }] } },
        [said("spec.rules[0].when[0]", '["8443"]')],
      ],
      ["lets a denial pass at a port without a header", { 0: { [`${operation}.ports`]: ["8444"] } }, []],
      [
        "rejects permission at a port without a header, which anybody may claim in one",
        { 0: { "spec.action": "ALLOW", [`${operation}.ports`]: ["8444"] } },
        [said(`${operation}.ports`, '["8444"]')],
      ],
      [
        "rejects every port where all listeners have it",
        { 0: { [`${operation}.ports`]: ["8444"] }, 1: { "spec.configPatches[0].match.listener": {} } },
        [said(`${operation}.ports`, '["8444"]')],
      ],
      [
        "lets ports of other pods pass",
        { 0: { [`${operation}.ports`]: ["8443"], "spec.selector.matchLabels": { app: "x" } } },
        [],
      ],
      ["lets ports pass without the protocol", { 0: { [`${operation}.ports`]: ["8443"] }, 1: undefined }, []],
      [
        "reads the filter by its name",
        {
          0: { [`${operation}.ports`]: ["8443"] },
          1: {
            "spec.configPatches[0].patch.value": { name: "envoy.filters.listener.proxy_protocol", typed_config: {} },
          },
        },
        [said(`${operation}.ports`, '["8443"]')],
      ],
    ],
  );

  const policy = changed(requirePrincipal, { [`${operation}.ports`]: ["8443"] });
  const pods: Manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "gateway", namespace: "ingress" },
    spec: {
      template: {
        metadata: {
          labels: { istio: "ingressgateway", app: "gateway" },
          annotations: { "proxy.istio.io/config": '{"gatewayTopology":{"numTrustedProxies":1}}' },
        },
      },
    },
  };
  casesTogether(
    forbidPortsBehindProxyProtocol,
    [policy, pods],
    [
      [
        "reads the pods' annotation",
        {
          1: { "spec.template.metadata.annotations.proxy~istio~io/config": "gatewayTopology:\n  proxyProtocol: {}\n" },
        },
        [said(`${operation}.ports`, '["8443"]')],
      ],
    ],
  );

  const gateway: Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "gate", namespace: "ingress" },
    spec: { selector: { istio: "ingressgateway" }, servers: [] },
  };
  casesTogether(
    forbidPortsBehindProxyProtocol,
    [policy, gateway, meshConfigMap("defaultConfig: {}\n")],
    [
      [
        "reads the mesh's default, which is for gateways",
        { 2: { "data.mesh": "defaultConfig:\n  gatewayTopology:\n    proxyProtocol: {}\n" } },
        [said(`${operation}.ports`, '["8443"]')],
      ],
    ],
  );
});
