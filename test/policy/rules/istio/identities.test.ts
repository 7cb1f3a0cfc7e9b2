import { type Manifest } from "../../../../policy/manifest";
import { forbidOtherIdentities } from "../../../../policy/rules/istio/forbid-other-identities";
import { requireIdentityHeaders } from "../../../../policy/rules/istio/require-identity-headers";
import { cases, casesTogether } from "../cases";
import { envoyFilter, meshConfigMap, patchValue, requestAuthentication, typed } from "./fixtures";

const rule = "spec.jwtRules[0]";

describe("require-identity-headers", () => {
  const missing = (names: string): [number, string] => [
    0,
    `${rule} writes no ${names}, so with a token of this issuer a client's own is believed. ` +
      "Map a claim to it in outputClaimToHeaders.",
  ];
  const [user] = [{ header: "kubeflow-userid", claim: "email" }];
  const mutations = `${patchValue}.typed_config.early_header_mutation_extensions[0].typed_config.mutations`;
  const removing = envoyFilter({
    typed_config: typed("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
      early_header_mutation_extensions: [
        {
          name: "forged",
          typed_config: typed("extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation", {
            mutations: [{ remove: "x-user" }],
          }),
        },
      ],
    }),
  });
  const outputs = `${rule}.outputClaimToHeaders`;

  casesTogether(
    requireIdentityHeaders,
    [requestAuthentication, removing],
    [
      [
        "rejects a rule without outputs",
        { 0: { [outputs]: undefined } },
        [missing("kubeflow-userid and no kubeflow-groups")],
      ],
      ["rejects a rule that writes the user alone", { 0: { [outputs]: [user] } }, [missing("kubeflow-groups")]],
      ["reads names in any letters", { 0: { [`${outputs}[0].header`]: "Kubeflow-UserID" } }, []],
      [
        "rejects the second rule as well",
        { 0: { "spec.jwtRules[1]": { issuer: "https://ci.example.com", outputClaimToHeaders: [user] } } },
        [[0, missing("kubeflow-groups")[1].replace("[0]", "[1]")]],
      ],
      [
        "lets a filter take the header away",
        { 0: { [outputs]: [user] }, 1: { [`${mutations}[0].remove`]: "kubeflow-groups" } },
        [],
      ],
      [
        "lets a filter take a family of headers away",
        {
          0: { [outputs]: undefined },
          1: { [mutations]: [{ remove_on_match: { key_matcher: { prefix: "kubeflow-" } } }] },
        },
        [],
      ],
      [
        "rejects a filter for other pods",
        {
          0: { [outputs]: [user] },
          1: { [`${mutations}[0].remove`]: "kubeflow-groups", "spec.workloadSelector.labels": { istio: "egress" } },
        },
        [missing("kubeflow-groups")],
      ],
      [
        "rejects a filter for one port of several",
        {
          0: { [outputs]: [user] },
          1: { [`${mutations}[0].remove`]: "kubeflow-groups", "spec.configPatches[0].match.listener.portNumber": 8443 },
        },
        [missing("kubeflow-groups")],
      ],
      [
        "rejects a filter that is taken away",
        {
          0: { [outputs]: [user] },
          1: { [`${mutations}[0].remove`]: "kubeflow-groups", "spec.configPatches[0].patch.operation": "REMOVE" },
        },
        [missing("kubeflow-groups")],
      ],
    ],
  );
});

const mend = "Remove that; outputClaimToHeaders of the RequestAuthentication writes the header.";

describe("forbid-other-identities", () => {
  const virtualService: Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "app", namespace: "ingress" },
    spec: {
      hosts: ["app.example.com"],
      http: [
        {
          headers: { request: { remove: ["kubeflow-userid"], set: { "x-app": "1" } } },
          route: [{ destination: { host: "app" }, headers: { request: { add: { "x-app": "1" } } } }],
        },
      ],
    },
  };
  cases(forbidOtherIdentities, virtualService, [
    [
      "rejects a route that sets the user",
      { "spec.http[0].headers.request.set.kubeflow-userid": "admin@example.com" },
      [`spec.http[0].headers.request.set.kubeflow-userid sets kubeflow-userid. ${mend}`],
    ],
    [
      "rejects a destination that adds the groups, under the other spelling",
      { "spec.http[0].route[0].headers.request.add.Kubeflow_Groups": "admins" },
      [`spec.http[0].route[0].headers.request.add.Kubeflow_Groups sets Kubeflow_Groups. ${mend}`],
    ],
    [
      "reads the alpha version",
      { apiVersion: "networking.istio.io/v1alpha3", "spec.http[0].headers.request.add": { "kubeflow-userid": "x" } },
      [`spec.http[0].headers.request.add.kubeflow-userid sets kubeflow-userid. ${mend}`],
    ],
  ]);

  const httpRoute: Manifest = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "app", namespace: "ingress" },
    spec: {
      rules: [
        {
          filters: [{ type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-app", value: "1" }] } }],
          backendRefs: [{ name: "app", port: 80 }],
        },
      ],
    },
  };
  cases(forbidOtherIdentities, httpRoute, [
    [
      "rejects an HTTPRoute that sets the user",
      { "spec.rules[0].filters[0].requestHeaderModifier.set[0].name": "kubeflow-userid" },
      [`spec.rules[0].filters[0].requestHeaderModifier.set[0] sets kubeflow-userid. ${mend}`],
    ],
    [
      "rejects a backend of it that adds the user",
      {
        "spec.rules[0].backendRefs[0].filters": [
          { requestHeaderModifier: { add: [{ name: "kubeflow-userid", value: "x" }] } },
        ],
      },
      [`spec.rules[0].backendRefs[0].filters[0].requestHeaderModifier.add[0] sets kubeflow-userid. ${mend}`],
    ],
  ]);

  const code = `${patchValue}.typed_config.inline_code`;
  const lua = envoyFilter({
    name: "lua",
    typed_config: typed("extensions.filters.http.lua.v3.Lua", {
      inline_code: [
        "-- headers:add('kubeflow-userid', 'nobody')",
        "function envoy_on_request(handle)",
        '  local meta = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")',
        '  handle:headers():remove("kubeflow-groups")',
        '  handle:headers():replace("kubeflow-userid", meta["payload"]["email"])',
        "end",
      ].join("\n"),
    }),
  });
  const script = (line: string) => ({ [code]: `function envoy_on_request(handle)\n  ${line}\nend` });
  cases(forbidOtherIdentities, lua, [
    [
      "rejects Lua that adds the user",
      script('handle:headers():add("kubeflow-userid", email)'),
      [`${code} adds kubeflow-userid beside what a client sent. ${mend}`],
    ],
    [
      "rejects Lua that believes the client",
      script("if handle:headers():get('kubeflow-userid') then return end"),
      [`${code} believes a kubeflow-userid that a client sent. ${mend}`],
    ],
    [
      "rejects Lua that writes the user without verified claims",
      script('handle:headers():replace("kubeflow-userid", decode(token))'),
      [`${code} writes kubeflow-userid from something else than verified claims. ${mend}`],
    ],
    [
      "rejects Lua that hides the name",
      script('local name = "kubeflow-" .. "userid"'),
      [`${code} uses the name kubeflow- in a way that can't be told. ${mend}`],
    ],
    ["lets a host's name pass", script('local host = "kubeflow.example.com"'), []],
  ]);

  const mutation = envoyFilter({
    name: "headers",
    typed_config: typed("extensions.filters.http.header_mutation.v3.HeaderMutation", {
      mutations: {
        request_mutations: [{ append: { header: { key: "x-app", value: "1" } } }, { remove: "kubeflow-userid" }],
      },
    }),
  });
  const header = `${patchValue}.typed_config.mutations.request_mutations[0].append.header`;
  cases(forbidOtherIdentities, mutation, [
    [
      "rejects a filter that appends the user",
      { [`${header}.key`]: "kubeflow-userid" },
      [`${header}.key sets kubeflow-userid. ${mend}`],
    ],
  ]);

  const authorization = `${patchValue}.typed_config.http_service.authorization_response.allowed_upstream_headers.patterns`;
  const extAuthz = envoyFilter({
    name: "envoy.filters.http.ext_authz",
    typed_config: typed("extensions.filters.http.ext_authz.v3.ExtAuthz", {
      http_service: {
        authorization_response: { allowed_upstream_headers: { patterns: [{ exact: "authorization" }] } },
      },
    }),
  });
  cases(forbidOtherIdentities, extAuthz, [
    [
      "rejects an authorization service that may set the user",
      { [`${authorization}[0].exact`]: "kubeflow-userid" },
      [`${authorization}[0].exact sets kubeflow-userid. ${mend}`],
    ],
    [
      "rejects one that may set a family of headers",
      { [`${authorization}[0]`]: { prefix: "kubeflow-" } },
      [`${authorization}[0].prefix sets kubeflow-. ${mend}`],
    ],
  ]);

  const provider = (headers: string) =>
    `extensionProviders:\n- name: oauth2-proxy\n  envoyExtAuthzHttp:\n    service: a\n    headersToUpstreamOnAllow: [${headers}]\n`;
  const place = "data.mesh: extensionProviders[0].envoyExtAuthzHttp.headersToUpstreamOnAllow";
  cases(forbidOtherIdentities, meshConfigMap(provider("authorization, x-auth-request-*")), [
    [
      "rejects a provider of the mesh that may",
      { "data.mesh": provider("kubeflow-userid") },
      [`${place} lets the service set kubeflow-userid. ${mend}`],
    ],
    [
      "rejects one that may by a star",
      { "data.mesh": provider('"kube*"') },
      [`${place} lets the service set kube*. ${mend}`],
    ],
  ]);
});
