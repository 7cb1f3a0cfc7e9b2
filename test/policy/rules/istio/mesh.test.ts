import { type Manifest } from "../../../../policy/manifest";
import { forbidPlaintextMtls } from "../../../../policy/rules/istio/forbid-plaintext-mtls";
import { forbidTokensInLogs } from "../../../../policy/rules/istio/forbid-tokens-in-logs";
import { requireDestinationAuthorities } from "../../../../policy/rules/istio/require-destination-authorities";
import { requireMeshConfig } from "../../../../policy/rules/istio/require-mesh-config";
import { requireMeshWideMtls } from "../../../../policy/rules/istio/require-mesh-wide-mtls";
import { requirePathNormalization } from "../../../../policy/rules/istio/require-path-normalization";
import { cases, casesTogether } from "../cases";
import { envoyFilter, meshConfigMap, patchValue, requirePrincipal, typed } from "./fixtures";

const strict: Manifest = {
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "default", namespace: "istio-system" },
  spec: { mtls: { mode: "STRICT" }, portLevelMtls: { "8080": { mode: "UNSET" } } },
};

describe("forbid-plaintext-mtls", () => {
  const plain = (field: string, mode: string) =>
    `${field}.mode is ${mode}, so pods without an identity are let in. Write STRICT.`;

  cases(forbidPlaintextMtls, strict, [
    ...["PERMISSIVE", "DISABLE", "strict"].map((mode): [string, Record<string, unknown>, string[]] => [
      `rejects ${mode}`,
      { "spec.mtls.mode": mode },
      [plain("spec.mtls", JSON.stringify(mode))],
    ]),
    [
      "rejects a port in plain text",
      { "spec.portLevelMtls.8080.mode": "DISABLE" },
      [plain('spec.portLevelMtls["8080"]', '"DISABLE"')],
    ],
    ["lets a policy pass that leaves the mode to what is above", { "spec.mtls": undefined }, []],
  ]);
});

describe("require-mesh-wide-mtls", () => {
  const namespace: Manifest = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "auth", labels: { "istio-injection": "enabled" } },
  };
  const missing: [number, string] = [
    0,
    'The namespace "auth" has sidecars, and neither it nor istio-system has a PeerAuthentication without a selector that ' +
      "says STRICT. Add one, or pods without an identity are let in.",
  ];

  casesTogether(
    requireMeshWideMtls,
    [namespace, strict],
    [
      ["rejects a namespace by itself", { 1: undefined }, [missing]],
      [
        "rejects it by a revision's label",
        { 0: { "metadata.labels": { "istio.io/rev": "stable" } }, 1: undefined },
        [missing],
      ],
      [
        "rejects it in the ambient mode",
        { 0: { "metadata.labels": { "istio.io/dataplane-mode": "ambient" } }, 1: undefined },
        [missing],
      ],
      ["rejects a policy for some pods", { 1: { "spec.selector.matchLabels.app": "a" } }, [missing]],
      ["rejects a policy that isn't strict", { 1: { "spec.mtls.mode": "UNSET" } }, [missing]],
      ["rejects a policy of another namespace", { 1: { "metadata.namespace": "ingress" } }, [missing]],
      ["lets the namespace's own policy pass", { 1: { "metadata.namespace": "auth" } }, []],
      ["lets a namespace pass without sidecars", { 0: { "metadata.labels": {} }, 1: undefined }, []],
      [
        "lets a namespace pass where they are turned off",
        { 0: { "metadata.labels": { "istio-injection": "disabled", "istio.io/rev": "a" } }, 1: undefined },
        [],
      ],
    ],
  );
});

describe("require-destination-authorities", () => {
  const rule: Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "idp", namespace: "auth" },
    spec: {
      host: "idp.example.com",
      trafficPolicy: {
        tls: { mode: "SIMPLE", caCertificates: "/etc/ca.crt" },
        portLevelSettings: [{ port: { number: 1 } }],
      },
      subsets: [{ name: "v1", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } }],
    },
  };
  const said = (field: string, mode = "SIMPLE") =>
    `${field}.tls is of mode ${mode} and names no authority. Write caCertificates, or subjectAltNames.`;

  cases(requireDestinationAuthorities, rule, [
    ["advises to name one", { "spec.trafficPolicy.tls": { mode: "SIMPLE" } }, [said("spec.trafficPolicy")]],
    [
      "advises it for mutual TLS",
      { "spec.trafficPolicy.tls": { mode: "MUTUAL" } },
      [said("spec.trafficPolicy", "MUTUAL")],
    ],
    [
      "advises it for a port",
      { "spec.trafficPolicy.portLevelSettings[0].tls": { mode: "SIMPLE" } },
      [said("spec.trafficPolicy.portLevelSettings[0]")],
    ],
    [
      "advises it for a subset",
      { "spec.subsets[0].trafficPolicy.tls": { mode: "SIMPLE" } },
      [said("spec.subsets[0].trafficPolicy")],
    ],
    ["lets a Secret pass", { "spec.trafficPolicy.tls": { mode: "SIMPLE", credentialName: "ca" } }, []],
    ["lets names pass", { "spec.trafficPolicy.tls": { mode: "SIMPLE", subjectAltNames: ["idp.example.com"] } }, []],
  ]);
});

describe("require-path-normalization", () => {
  const mesh = (value: string) => `trustDomain: cluster.local\npathNormalization:\n  normalization: ${value}\n`;
  const wrong = (value: string): [number, string] => [
    1,
    `data.mesh: pathNormalization.normalization is ${value}, and policies here decide by path. ` +
      "Write DECODE_AND_MERGE_SLASHES, so that policies and applications see one spelling.",
  ];
  const config = meshConfigMap(mesh("DECODE_AND_MERGE_SLASHES"));

  casesTogether(
    requirePathNormalization,
    [requirePrincipal, config],
    [
      ["rejects Istio's default", { 1: { "data.mesh": "trustDomain: cluster.local\n" } }, [wrong("absent")]],
      ["rejects BASE", { 1: { "data.mesh": mesh("BASE") } }, [wrong('"BASE"')]],
      ["rejects MERGE_SLASHES", { 1: { "data.mesh": mesh("MERGE_SLASHES") } }, [wrong('"MERGE_SLASHES"')]],
      [
        "lets it pass where no policy names a path",
        { 0: { "spec.rules[0].to": undefined }, 1: { "data.mesh": "{}" } },
        [],
      ],
      ["says nothing where there is no mesh configuration", { 1: undefined }, []],
    ],
  );
});

describe("require-mesh-config", () => {
  const said: [number, string] = [
    -1,
    "No mesh configuration is among these objects, so pathNormalization and failOpen, which their policies rest on, " +
      "were not checked. Check the ConfigMap istio together with them.",
  ];

  casesTogether(
    requireMeshConfig,
    [requirePrincipal, meshConfigMap("trustDomain: cluster.local\n")],
    [
      ["tells that a policy by path was not checked", { 1: undefined }, [said]],
      [
        "tells that a policy with an authorization service was not checked",
        { 0: { "spec.action": "CUSTOM", "spec.rules[0].to": undefined }, 1: undefined },
        [said],
      ],
      [
        "says nothing about policies that rest on none of it",
        { 0: { "spec.rules[0].to": undefined }, 1: undefined },
        [],
      ],
    ],
  );
});

describe("forbid-tokens-in-logs", () => {
  const wrong = (field: string, name: string) =>
    `${field} writes ${name} of every request to a log or a trace. Take it out.`;
  const format = (text: string) => `accessLogFormat: '${text}'\n`;

  cases(forbidTokensInLogs, meshConfigMap(format("%REQ(:PATH)% %REQ(USER-AGENT)%")), [
    [
      "rejects the token",
      { "data.mesh": format("%REQ(Authorization)%") },
      [wrong("data.mesh: accessLogFormat", "Authorization")],
    ],
    [
      "rejects the cookie in place of another header",
      { "data.mesh": format("%REQ(X-A?Cookie):10%") },
      [wrong("data.mesh: accessLogFormat", "Cookie")],
    ],
    [
      "rejects the session that an answer sets",
      { "data.mesh": format("%RESP(SET-COOKIE)%") },
      [wrong("data.mesh: accessLogFormat", "SET-COOKIE")],
    ],
    [
      "rejects it in a provider's labels",
      {
        "data.mesh":
          "extensionProviders:\n- name: a\n  envoyFileAccessLog:\n    logFormat:\n      labels: {t: '%REQ(AUTHORIZATION)%'}\n",
      },
      [wrong("data.mesh: extensionProviders[0].envoyFileAccessLog.logFormat.labels.t", "AUTHORIZATION")],
    ],
    [
      "rejects it in a list for a log's service",
      {
        "data.mesh":
          "extensionProviders:\n- name: a\n  envoyHttpAls:\n    additionalRequestHeadersToLog: [cookie, x-a]\n",
      },
      [wrong("data.mesh: extensionProviders[0].envoyHttpAls.additionalRequestHeadersToLog", "cookie")],
    ],
    [
      "rejects it in a trace's tag",
      { "data.mesh": "defaultConfig:\n  tracing:\n    customTags:\n      t: {header: {name: authorization}}\n" },
      [wrong("data.mesh: defaultConfig.tracing.customTags.t.header", "authorization")],
    ],
    [
      "lets what an authorization service is asked pass",
      {
        "data.mesh":
          "extensionProviders:\n- name: a\n  envoyExtAuthzHttp:\n    includeAdditionalHeadersInCheck: {x: '%REQ(AUTHORIZATION)%'}\n",
      },
      [],
    ],
  ]);

  const telemetry: Manifest = {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: { name: "default", namespace: "istio-system" },
    spec: { tracing: [{ customTags: { tenant: { header: { name: "x-tenant" } } } }] },
  };
  const tag = "spec.tracing[0].customTags.tenant.header";
  cases(forbidTokensInLogs, telemetry, [
    ["rejects it in a Telemetry", { [`${tag}.name`]: "Cookie" }, [wrong(tag, "Cookie")]],
  ]);

  const log = `${patchValue}.typed_config.access_log[0].typed_config.log_format.json_format.t`;
  const filter = envoyFilter({
    typed_config: typed("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
      access_log: [
        { name: "file", typed_config: { path: "/dev/stdout", log_format: { json_format: { t: "%REQ(:PATH)%" } } } },
      ],
    }),
  });
  cases(forbidTokensInLogs, filter, [
    ["rejects it in an EnvoyFilter's log", { [log]: "%REQ(AUTHORIZATION)%" }, [wrong(log, "AUTHORIZATION")]],
    [
      "rejects Lua that logs it",
      { [`${patchValue}.typed_config.inline_code`]: 'handle:logInfo(handle:headers():get("authorization"))' },
      [wrong(`${patchValue}.typed_config.inline_code`, "authorization")],
    ],
  ]);
});
