import { type Manifest } from "../../../../policy/manifest";
import { forbidForeignCredentials } from "../../../../policy/rules/gateway/forbid-foreign-credentials";
import { limitGatewayHosts } from "../../../../policy/rules/gateway/limit-gateway-hosts";
import { limitGatewayTlsModes } from "../../../../policy/rules/gateway/limit-gateway-tls-modes";
import { limitRouteNamespaces } from "../../../../policy/rules/gateway/limit-route-namespaces";
import { requireModernGatewayTls } from "../../../../policy/rules/gateway/require-modern-gateway-tls";
import { cases } from "../cases";
import { envoyFilter, meshConfigMap, patchValue, typed } from "../istio/fixtures";
import { apiGateway, gateway } from "./fixtures";

const hosts = "spec.servers[1].hosts[0]";
const tls = "spec.servers[1].tls";
const listener = "spec.listeners[1]";

describe("limit-gateway-hosts", () => {
  const said = (field: string, value: string) =>
    `${field} is ${value}, so the gateway answers under any name. Name the hosts that are yours.`;

  cases(limitGatewayHosts, gateway, [
    ...["*", "*/*", "*.com", "auth/*.com"].map((host): [string, Record<string, unknown>, string[]] => [
      `rejects ${host}`,
      { [hosts]: host },
      [said(hosts, JSON.stringify(host))],
    ]),
    ["lets a domain of one's own pass", { [hosts]: "*.gate.example.com" }, []],
    ["lets a named namespace's hosts pass, for a gateway without a name", { [hosts]: "auth/*" }, []],
    ["reads the beta version", { apiVersion: "networking.istio.io/v1beta1", [hosts]: "*" }, [said(hosts, '"*"')]],
    ["leaves another group's Gateway alone", { apiVersion: "example.com/v1", [hosts]: "*" }, []],
  ]);
  cases(limitGatewayHosts, apiGateway, [
    [
      "rejects a listener without a name",
      { [`${listener}.hostname`]: undefined },
      [said(`${listener}.hostname`, "absent")],
    ],
    ["rejects a listener for everything", { [`${listener}.hostname`]: "*" }, [said(`${listener}.hostname`, '"*"')]],
  ]);
});

describe("limit-route-namespaces", () => {
  const said = (host: string) =>
    `${hosts} is "${host}" and takes routes from every namespace. Write <namespace>/gate.example.com.`;

  cases(limitRouteNamespaces, gateway, [
    ["advises to name one", { [hosts]: "gate.example.com" }, [said("gate.example.com")]],
    ["advises it for a star", { [hosts]: "*/gate.example.com" }, [said("*/gate.example.com")]],
    ["lets the Gateway's own namespace pass", { [hosts]: "./gate.example.com" }, []],
    ["leaves every host to the rule about that", { [hosts]: "*" }, []],
  ]);
  const from = `${listener}.allowedRoutes.namespaces.from`;
  cases(limitRouteNamespaces, apiGateway, [
    [
      "advises it for a listener",
      { [from]: "All" },
      [`${from} is "All" and takes routes from every namespace. Write Same or Selector.`],
    ],
    ["lets the default pass", { [`${listener}.allowedRoutes`]: undefined }, []],
  ]);
});

describe("require-modern-gateway-tls", () => {
  const old = (field: string, value: string, known = "TLSV1_2, TLSV1_3") =>
    `${field} is ${value}. Write TLS 1.2 or 1.3 (${known}).`;
  const weak = (field: string, names: string) =>
    `${field} has ${names}. Take out what is not ECDHE with GCM or ChaCha20.`;

  cases(requireModernGatewayTls, gateway, [
    ["lets Istio's default pass, which is TLS 1.2", { [`${tls}.minProtocolVersion`]: undefined }, []],
    ["lets TLS 1.3 pass", { [`${tls}.minProtocolVersion`]: "TLSV1_3" }, []],
    ...["TLSV1_0", "TLSV1_1", "TLSV1_9"].map((version): [string, Record<string, unknown>, string[]] => [
      `rejects ${version}`,
      { [`${tls}.minProtocolVersion`]: version },
      [old(`${tls}.minProtocolVersion`, `"${version}"`)],
    ]),
    [
      "rejects an old version as the latest",
      { [`${tls}.maxProtocolVersion`]: "TLSV1_1" },
      [old(`${tls}.maxProtocolVersion`, '"TLSV1_1"')],
    ],
    ...["AES128-SHA", "ECDHE-RSA-AES128-SHA", "DES-CBC3-SHA", "AES256-GCM-SHA384"].map(
      (name): [string, Record<string, unknown>, string[]] => [
        `rejects ${name}`,
        { [`${tls}.cipherSuites[2]`]: name },
        [weak(`${tls}.cipherSuites`, name)],
      ],
    ),
  ]);
  const params = `${patchValue}.typed_config.common_tls_context.tls_params`;
  const context = envoyFilter({
    typed_config: typed("extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
      common_tls_context: { tls_params: { tls_minimum_protocol_version: "TLSv1_2" } },
    }),
  });
  cases(requireModernGatewayTls, context, [
    [
      "rejects an old version in an EnvoyFilter",
      { [`${params}.tls_minimum_protocol_version`]: "TLSv1_0" },
      [old(`${params}.tls_minimum_protocol_version`, '"TLSv1_0"', "TLSv1_2, TLSv1_3")],
    ],
  ]);
  const mesh = (version: string) =>
    `meshMTLS:\n  minProtocolVersion: ${version}\ntlsDefaults:\n  minProtocolVersion: TLSV1_3\n`;
  cases(requireModernGatewayTls, meshConfigMap(mesh("TLSV1_2")), [
    [
      "rejects an old version in the mesh",
      { "data.mesh": mesh("TLSV1_1") },
      [old("data.mesh: meshMTLS.minProtocolVersion", '"TLSV1_1"')],
    ],
  ]);
});

describe("limit-gateway-tls-modes", () => {
  const said = (field: string, mode: string, instead: string) =>
    `${field} is "${mode}", so requests pass without being looked at. Write ${instead}.`;

  cases(limitGatewayTlsModes, gateway, [
    ...["PASSTHROUGH", "AUTO_PASSTHROUGH", "simple"].map((mode): [string, Record<string, unknown>, string[]] => [
      `rejects ${mode}`,
      { [`${tls}.mode`]: mode },
      [said(`${tls}.mode`, mode, "SIMPLE")],
    ]),
    ["lets clients with certificates pass", { [`${tls}.mode`]: "MUTUAL" }, []],
    ["lets clients of the mesh pass", { [`${tls}.mode`]: "ISTIO_MUTUAL" }, []],
  ]);
  cases(limitGatewayTlsModes, apiGateway, [
    [
      "rejects a listener that passes TLS on",
      { [`${listener}.tls.mode`]: "Passthrough" },
      [said(`${listener}.tls.mode`, "Passthrough", "Terminate")],
    ],
  ]);

  const passes = (field: string, instead: string) =>
    `${field} passes connections of a gateway on without a look at their requests. Write ${instead}.`;
  const route = [{ destination: { host: "ml-pipeline" } }];
  const virtual: Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "pipelines", namespace: "kubeflow" },
    spec: { hosts: ["gate.example.com"], gateways: ["ingress/gate"], http: [{ route }] },
  };
  const tcp = passes("spec.tcp[0]", "an http route in place of it");
  cases(limitGatewayTlsModes, virtual, [
    ["rejects a route of TCP at a gateway", { "spec.tcp": [{ route }] }, [tcp]],
    [
      "rejects a route of TLS at a gateway",
      { "spec.tls": [{ match: [{ sniHosts: ["a"] }], route }] },
      [passes("spec.tls[0]", "an http route in place of it")],
    ],
    ["lets one of sidecars pass", { "spec.tcp": [{ route }], "spec.gateways": undefined }, []],
    ["lets one pass that names sidecars", { "spec.tcp": [{ route }], "spec.gateways": ["mesh"] }, []],
    ["rejects one for both", { "spec.tcp": [{ route }], "spec.gateways": ["mesh", "ingress/gate"] }, [tcp]],
    ["lets one pass whose match names sidecars", { "spec.tcp": [{ match: [{ gateways: ["mesh"] }], route }] }, []],
    [
      "rejects one of whose matches one names a gateway",
      {
        "spec.gateways": ["mesh"],
        "spec.tcp": [{ match: [{ gateways: ["mesh"] }, { gateways: ["ingress/gate"] }], route }],
      },
      [tcp],
    ],
    ["leaves another group's VirtualService alone", { apiVersion: "example.com/v1", "spec.tcp": [{ route }] }, []],
  ]);
  const parent = { group: "", kind: "Service", name: "ml-pipeline" };
  const connections: Manifest = {
    apiVersion: "gateway.networking.k8s.io/v1alpha2",
    kind: "TCPRoute",
    metadata: { name: "pipelines", namespace: "kubeflow" },
    spec: { parentRefs: [parent], rules: [{ backendRefs: [{ name: "ml-pipeline", port: 8888 }] }] },
  };
  const first = passes("spec.parentRefs[0]", "an HTTPRoute in place of this route");
  cases(limitGatewayTlsModes, connections, [
    ...["TCPRoute", "TLSRoute", "UDPRoute"].map((kind): [string, Record<string, unknown>, string[]] => [
      `rejects a ${kind} at a gateway`,
      { kind, "spec.parentRefs[0]": { name: "gate", namespace: "ingress" } },
      [first],
    ]),
    ["rejects one at a set of listeners", { "spec.parentRefs[0]": { kind: "ListenerSet", name: "gate" } }, [first]],
    ["leaves an HTTPRoute alone", { kind: "HTTPRoute", "spec.parentRefs[0]": { name: "gate" } }, []],
  ]);
});

describe("forbid-foreign-credentials", () => {
  const said = (field: string, value: string) =>
    `${field} is "${value}", a Secret elsewhere. Keep it in the gateway's namespace and name it alone.`;

  cases(forbidForeignCredentials, gateway, [
    [
      "rejects a Secret with a namespace",
      { [`${tls}.credentialName`]: "team/edge" },
      [said(`${tls}.credentialName`, "team/edge")],
    ],
    [
      "rejects one of several",
      { [`${tls}.credentialNames`]: ["edge", "team/edge"] },
      [said(`${tls}.credentialNames[1]`, "team/edge")],
    ],
  ]);
  const namespace = `${listener}.tls.certificateRefs[0].namespace`;
  cases(forbidForeignCredentials, apiGateway, [
    ["rejects a listener's Secret elsewhere", { [namespace]: "team" }, [said(namespace, "team")]],
    ["lets the Gateway's own namespace pass", { [namespace]: "ingress" }, []],
  ]);
});
