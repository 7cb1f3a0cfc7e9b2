import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { type Rule } from "../../../../policy/rule";
import { forbidOtherIdentities } from "../../../../policy/rules/istio/forbid-other-identities";
import { forbidRemovedFilters } from "../../../../policy/rules/istio/forbid-removed-filters";
import { forbidTokensInLogs } from "../../../../policy/rules/istio/forbid-tokens-in-logs";
import { requireFailClosedAuthorization } from "../../../../policy/rules/istio/require-fail-closed-authorization";
import { findings } from "../../support";
import { envoyFilter, meshConfigMap, patchValue, typed } from "./fixtures";

/** A sentence, an object that Istio takes, and the fields that a rule rejects. */
type Case = readonly [sentence: string, manifest: Manifest, ...fields: string[]];

function suite(rule: Rule, cases: readonly Case[]) {
  describe(`${rule.name}, of what Istio takes as well`, () => {
    for (const [sentence, manifest, ...fields] of cases) {
      it(sentence, () => {
        assert.deepEqual(
          findings(rule, manifest).map(({ field }) => field),
          fields,
        );
      });
    }
  });
}

const filter = (type: string, message: Record<string, unknown>) =>
  envoyFilter({ name: "mine", typed_config: typed(`extensions.filters.http.${type}`, message) });
const config = `${patchValue}.typed_config`;
const merged = (name: string, value: Record<string, unknown>) =>
  envoyFilter(value, {
    match: { listener: { filterChain: { filter: { subFilter: { name } } } } },
    patch: { operation: "MERGE", value },
  });
const extension = (kind: string, spec: Record<string, unknown>): Manifest => ({
  apiVersion: "extensions.istio.io/v1alpha1",
  kind,
  metadata: { name: "mine", namespace: "ingress" },
  spec,
});
const route = (type: string, message: Record<string, unknown>, name = "mine") =>
  envoyFilter({ typed_per_filter_config: { [name]: typed(type, message) } }, { applyTo: "HTTP_ROUTE" });
const perRoute = `${patchValue}.typed_per_filter_config.mine`;

suite(requireFailClosedAuthorization, [
  [
    "reads a message with a field that Istio takes no notice of",
    filter("ext_authz.v3.ExtAuthz", { failure_mode_allow: true, type_url: "a" }),
    `${config}.failure_mode_allow`,
    `${config}.type_url`,
  ],
  [
    "takes what is merged for the filter that it is merged into",
    merged("envoy.filters.http.ext_authz", { typed_config: { failureModeAllow: true } }),
    `${config}.failureModeAllow`,
  ],
  [
    "rejects a processor that lets requests pass when it is away",
    filter("ext_proc.v3.ExternalProcessor", { failure_mode_allow: true }),
    `${config}.failure_mode_allow`,
  ],
  [
    "rejects a check that metadata turn off",
    filter("ext_authz.v3.ExtAuthz", { filter_enabled_metadata: { filter: "a" } }),
    `${config}.filter_enabled_metadata`,
  ],
  ["rejects a plugin without a phase", extension("WasmPlugin", { failStrategy: "FAIL_OPEN" }), "spec.failStrategy"],
  [
    "rejects a TrafficExtension's plugin",
    extension("TrafficExtension", { phase: "AUTHN", wasm: { failStrategy: "FAIL_OPEN" } }),
    "spec.wasm.failStrategy",
  ],
  ["lets statistics fail", extension("WasmPlugin", { phase: "STATS", failStrategy: "FAIL_OPEN" })],
]);

suite(forbidRemovedFilters, [
  [
    "rejects a requirement of a route's own",
    route("extensions.filters.http.jwt_authn.v3.PerRouteConfig", { requirement_name: "none" }),
    perRoute,
  ],
  [
    "rejects rules of a route's own",
    route("extensions.filters.http.rbac.v3.RBACPerRoute", { rbac: { rules: {} } }),
    perRoute,
  ],
  [
    "rejects another service for a route",
    route("extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", { check_settings: { http_service: {} } }),
    `${perRoute}.check_settings.http_service`,
  ],
  [
    "lets a route say how much of a request is checked",
    route("extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", { checkSettings: { withRequestBody: {} } }),
  ],
  [
    "looks into a route's FilterConfig",
    route("config.route.v3.FilterConfig", {
      config: typed("extensions.filters.http.jwt_authn.v3.PerRouteConfig", { requirement_name: "none" }),
    }),
    `${perRoute}.config`,
  ],
  [
    "rejects a configuration without a type for a filter that decides",
    envoyFilter({ typed_per_filter_config: { "envoy.filters.http.rbac": {} } }, { applyTo: "VIRTUAL_HOST" }),
    `${patchValue}.typed_per_filter_config["envoy.filters.http.rbac"]`,
  ],
  [
    "rejects rules that are merged into the JWT filter",
    merged("envoy.filters.http.jwt_authn", {
      typed_config: typed("extensions.filters.http.jwt_authn.v3.JwtAuthentication", { rules: [] }),
    }),
    "spec.configPatches[0].patch.operation",
  ],
  [
    "rejects another service that is merged into the check",
    merged("envoy.filters.http.ext_authz", {
      typed_config: typed("extensions.filters.http.ext_authz.v3.ExtAuthz", { grpc_service: {} }),
    }),
    "spec.configPatches[0].patch.operation",
  ],
  [
    "lets a check's size be merged into it",
    merged("envoy.filters.http.ext_authz", {
      typed_config: typed("extensions.filters.http.ext_authz.v3.ExtAuthz", { with_request_body: {} }),
    }),
  ],
]);

const lua = (code: string) => filter("lua.v3.Lua", { inline_code: `function envoy_on_request(h) ${code} end` });
const source = (where: Record<string, unknown>) => filter("lua.v3.Lua", { default_source_code: where });
const adds = 'function envoy_on_request(h) h:headers():add("kubeflow-userid", "a") end';
const upstream = (matcher: Record<string, unknown>) =>
  filter("ext_authz.v3.ExtAuthz", {
    http_service: { authorization_response: { allowed_upstream_headers: { patterns: [matcher] } } },
  });
const patterns = `${config}.http_service.authorization_response.allowed_upstream_headers.patterns[0]`;
const httpRoute = (externalAuth: Record<string, unknown>): Manifest => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "mine", namespace: "ingress" },
  spec: { rules: [{ filters: [{ type: "ExternalAuth", externalAuth }] }] },
});
const external = "spec.rules[0].filters[0].externalAuth.http.allowedResponseHeaders";

suite(forbidOtherIdentities, [
  ["lets Lua write another header", lua('h:headers():replace("x-forwarded-for", "a")')],
  [
    "rejects a name that is put together",
    lua('h:headers():replace("kube" .. "flow-userid", "a")'),
    `${config}.inline_code`,
  ],
  ["rejects a name with an escape", lua('h:headers():add("kubeflo\\119-userid", "a")'), `${config}.inline_code`],
  ["rejects a name in a variable", lua("h:headers():add(name, 1)"), `${config}.inline_code`],
  ["rejects a method by its name", lua('local x = h:headers() x["replace"](x, name, 1)'), `${config}.inline_code`],
  // What a reader of lines would take for a comment, and Lua doesn't.
  ...(
    [
      [
        "behind a removal in the same line",
        'h:headers():remove("kubeflow-userid") h:headers():add("kubeflow-userid", "a")',
      ],
      ["behind dashes in a long text", 'local a = [[--]] h:headers():add("kubeflow-userid", "a")'],
      ["behind a comment in longer brackets", '--[==[ a ]] ]==] h:headers():add("kubeflow-userid", "a")'],
      ["behind a comment that a carriage return ends", '-- a\rh:headers():add("kubeflow-userid", "a")'],
      ["behind a text over several lines", 'local a = "\\z\n --" h:headers():add("kubeflow-userid", "a")'],
      ["behind a text with an escaped line's end", 'local a = \'\\\n --\' h:headers():add("kubeflow-userid", "a")'],
    ] as const
  ).map(([where, code]): Case => [`rejects a name ${where}`, lua(code), `${config}.inline_code`]),
  [
    "lets comments in brackets of any length pass",
    lua('--[[ a\n h:headers():add("kubeflow-userid", "a") ]] --[=[ ]] h:headers():add("kubeflow-userid", "a") ]=]'),
  ],
  [
    "rejects claims that Lua makes up",
    lua('h:streamInfo():dynamicMetadata():set("envoy.filters.http.jwt_authn", "payload", { sub = "a" })'),
    `${config}.inline_code`,
  ],
  [
    "isn't satisfied by the name of where claims are",
    lua('local a = "envoy.filters.http.jwt_authn" h:headers():replace("kubeflow-userid", b)'),
    `${config}.inline_code`,
  ],
  [
    "rejects a header that is copied, beside claims that are read",
    lua(
      'h:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn") ' +
        'h:headers():replace("kubeflow-userid", h:headers():get("x-user"))',
    ),
    `${config}.inline_code`,
  ],
  [
    "reads code in bytes",
    source({ inline_bytes: Buffer.from(adds).toString("base64") }),
    `${config}.default_source_code.inline_bytes`,
  ],
  ["rejects code in a file", source({ filename: "/a.lua" }), `${config}.default_source_code.filename`],
  [
    "rejects code in a variable",
    source({ environmentVariable: "A" }),
    `${config}.default_source_code.environmentVariable`,
  ],
  [
    "rejects metadata that are taken for a token's",
    filter("set_metadata.v3.Config", { metadata: [{ metadata_namespace: "envoy.filters.http.jwt_authn", value: {} }] }),
    `${config}.metadata[0].metadata_namespace`,
  ],
  [
    "rejects a header that becomes a claim",
    filter("header_to_metadata.v3.Config", {
      request_rules: [{ header: "x-user", on_header_present: { metadataNamespace: "istio_authn", key: "sub" } }],
    }),
    `${config}.request_rules[0].on_header_present.metadataNamespace`,
  ],
  [
    "rejects a principal that a filter writes",
    filter("set_filter_state.v3.Config", { on_request_headers: [{ object_key: "io.istio.peer_principal" }] }),
    `${config}.on_request_headers[0].object_key`,
  ],
  ...["forward_username_header", "header", "whatever_comes_next"].map((field): Case => [
    `rejects a header that a filter writes by its field ${field}`,
    filter("basic_auth.v3.BasicAuth", { [field]: "Kubeflow-UserID" }),
    `${config}.${field}`,
  ]),
  [
    "lets a log name the header",
    filter("router.v3.Router", { upstream_log: [{ json_format: { "kubeflow-userid": "%REQ(KUBEFLOW-USERID)%" } }] }),
  ],
  ["lets a service set another header", upstream({ exact: "authorization" })],
  ...(
    [
      ["prefix", "kube"],
      ["suffix", "-userid"],
      ["contains", "user"],
    ] as const
  ).map(([how, text]): Case => [
    `rejects headers of a service by ${how}`,
    upstream({ [how]: text }),
    `${patterns}.${how}`,
  ]),
  // Those that go back and forth have no cost, because nobody runs them.
  ...["k.*", ".*-groups", ".+user.+", "^kubeflow-userid$", "kubeflow\\-userid", "x|k.*", "(((((.+)+)+)+)+)+!"].map(
    (regex): Case => [
      `rejects headers of a service by the expression ${regex}`,
      upstream({ safe_regex: { regex } }),
      `${patterns}.safe_regex.regex`,
    ],
  ),
  ...["x-auth-.*", ".*-id", ".*groups.+", "kubeflow", "^authorization$", "x\\.y", ""].map((regex): Case => [
    `lets a service set other headers by the expression ${JSON.stringify(regex)}`,
    upstream({ safe_regex: { regex } }),
  ]),
  [
    "rejects headers of a service by their ending in the mesh",
    meshConfigMap('extensionProviders: [{ envoyExtAuthzHttp: { headersToUpstreamOnAllow: ["*userid"] } }]'),
    "data.mesh: extensionProviders[0].envoyExtAuthzHttp.headersToUpstreamOnAllow",
  ],
  [
    "rejects a plugin that is given the header's name",
    extension("WasmPlugin", { pluginConfig: { user: { header: "kubeflow-userid" } } }),
    "spec.pluginConfig.user.header",
  ],
  [
    "rejects a plugin's variable with the header's name",
    extension("WasmPlugin", { vmConfig: { env: [{ name: "HEADER", value: "kubeflow-groups" }] } }),
    "spec.vmConfig.env[0].value",
  ],
  [
    "reads a TrafficExtension's Lua",
    extension("TrafficExtension", { phase: "AUTHN", lua: { inlineCode: adds } }),
    "spec.lua.inlineCode",
  ],
  [
    "rejects a route's service that sets it",
    httpRoute({ protocol: "HTTP", http: { allowedResponseHeaders: ["kubeflow-userid"] } }),
    external,
  ],
  ["rejects a route's service that may set any header", httpRoute({ protocol: "HTTP" }), external],
  ["lets a route's service set another", httpRoute({ protocol: "HTTP", http: { allowedResponseHeaders: ["x-a"] } })],
]);

const telemetry: Manifest = {
  apiVersion: "telemetry.istio.io/v1",
  kind: "Telemetry",
  metadata: { name: "mine", namespace: "istio-system" },
  spec: { tracing: [{ customTags: { who: { formatter: { value: "%REQ(Authorization)%" } } } }] },
};

suite(forbidTokensInLogs, [
  ["reads the format of a tag", telemetry, "spec.tracing[0].customTags.who.formatter.value"],
  [
    "reads the operator's other name",
    meshConfigMap("accessLogFormat: '%REQUEST_HEADER(Cookie)%'"),
    "data.mesh: accessLogFormat",
  ],
  [
    "reads an expression",
    meshConfigMap("accessLogFormat: \"%CEL(request.headers['authorization'])%\""),
    "data.mesh: accessLogFormat",
  ],
  ["lets an expression about something else pass", meshConfigMap("accessLogFormat: \"%CEL(request.headers['a'])%\"")],
  [
    "reads a TrafficExtension's Lua",
    extension("TrafficExtension", { lua: { inlineCode: 'h:logInfo(h:headers():get("authorization"))' } }),
    "spec.lua.inlineCode",
  ],
]);
