import { type Manifest } from "../../../../policy/manifest";
import { forbidRemovedFilters } from "../../../../policy/rules/istio/forbid-removed-filters";
import { limitEnvoyFilters } from "../../../../policy/rules/istio/limit-envoy-filters";
import { requireFailClosedAuthorization } from "../../../../policy/rules/istio/require-fail-closed-authorization";
import { cases } from "../cases";
import { envoyFilter, meshConfigMap, patchValue, typed } from "./fixtures";

describe("require-fail-closed-authorization", () => {
  const mesh = (line: string, kind = "envoyExtAuthzHttp") =>
    `extensionProviders:\n- name: other\n  zipkin: {service: a}\n- name: oauth2-proxy\n  ${kind}:\n    service: a\n    port: 80\n    ${line}\n`;
  const at = (field: string, kind = "envoyExtAuthzHttp") => `data.mesh: extensionProviders[1].${kind}.${field}`;
  const open = (field: string, value = "true") =>
    `${field} is ${value}. Remove it: without an answer nobody may get in.`;
  const status = (field: string, value: string) => `${field} is ${value}. Write "503", so that an error stays one.`;
  const unknown = (field: string) =>
    `${field} is a field that this rule doesn't know. Remove it, or report it to the authors of these rules.`;

  cases(requireFailClosedAuthorization, meshConfigMap(mesh('statusOnError: "503"')), [
    ["lets failOpen: false pass", { "data.mesh": mesh("failOpen: false") }, []],
    ["rejects failOpen", { "data.mesh": mesh("failOpen: true") }, [open(at("failOpen"))]],
    ["rejects the field's other spelling", { "data.mesh": mesh("fail_open: true") }, [open(at("fail_open"))]],
    ["takes a text for yes", { "data.mesh": mesh('failOpen: "false"') }, [open(at("failOpen"), '"false"')]],
    [
      "rejects a status of success",
      { "data.mesh": mesh('statusOnError: "200"') },
      [status(at("statusOnError"), '"200"')],
    ],
    ["lets a number pass", { "data.mesh": mesh("statusOnError: 403") }, []],
    ["rejects a field that it doesn't know", { "data.mesh": mesh("failSoft: true") }, [unknown(at("failSoft"))]],
    [
      "rejects failOpen over gRPC",
      { "data.mesh": mesh("failOpen: true", "envoyExtAuthzGrpc") },
      [open(at("failOpen", "envoyExtAuthzGrpc"))],
    ],
    [
      "says that a configuration can't be read",
      { "data.mesh": "a: [" },
      [
        "require-fail-closed-authorization can't check this object: not readable as YAML at line 1, column 5: " +
          "bad indent. What can't be checked is not let through.",
      ],
    ],
    [
      "reads base64",
      { "data.mesh": undefined, "binaryData.mesh": Buffer.from(mesh("failOpen: true")).toString("base64") },
      [open(at("failOpen").replace("data", "binaryData"))],
    ],
    [
      "reads a revision's ConfigMap",
      { "metadata.name": "istio-canary", "data.mesh": mesh("failOpen: true") },
      [open(at("failOpen"))],
    ],
    ["leaves another program's text alone", { "metadata.name": "knitting", "data.mesh": "a: [" }, []],
  ]);

  const envoyGateway = (kind: string, spec: object): Manifest => ({
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind,
    metadata: { name: "asks", namespace: "ingress" },
    spec: { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "gate" }], ...spec },
  });
  cases(requireFailClosedAuthorization, envoyGateway("SecurityPolicy", { extAuth: { http: {}, failOpen: false } }), [
    ["rejects failOpen of a SecurityPolicy", { "spec.extAuth.failOpen": true }, [open("spec.extAuth.failOpen")]],
    ["lets a SecurityPolicy pass that asks nobody", { "spec.extAuth": undefined }, []],
    ["leaves another group's SecurityPolicy alone", { apiVersion: "a.com/v1", "spec.extAuth.failOpen": true }, []],
  ]);
  cases(requireFailClosedAuthorization, envoyGateway("EnvoyExtensionPolicy", { extProc: [{}, {}], wasm: [{}] }), [
    ["rejects failOpen of a processor", { "spec.extProc[1].failOpen": true }, [open("spec.extProc[1].failOpen")]],
    ["rejects failOpen of a plugin there", { "spec.wasm[0].failOpen": true }, [open("spec.wasm[0].failOpen")]],
  ]);

  const values: [string, Manifest, string][] = [
    ["Pulumi's Release", { apiVersion: "helm.sh/v3", kind: "Release", chart: "istiod", values: {} }, "values"],
    [
      "Flux's HelmRelease",
      { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", spec: { values: {} } },
      "spec.values",
    ],
    [
      "Argo CD's Application",
      { apiVersion: "argoproj.io/v1alpha1", kind: "Application", spec: { source: { helm: { valuesObject: {} } } } },
      "spec.source.helm.valuesObject",
    ],
    ["an IstioOperator", { apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator", spec: {} }, "spec"],
    [
      "the Sail operator's Istio",
      { apiVersion: "sailoperator.io/v1", kind: "Istio", spec: { values: {} } },
      "spec.values",
    ],
  ];
  for (const [what, manifest, path] of values) {
    const field = `${path}.meshConfig.extensionProviders`;
    cases(requireFailClosedAuthorization, manifest, [
      [
        `rejects failOpen in ${what}`,
        { [field]: [{ envoyExtAuthzHttp: { failOpen: true } }] },
        [open(`${field}[0].envoyExtAuthzHttp.failOpen`)],
      ],
    ]);
  }

  const config = `${patchValue}.typed_config`;
  const filter = envoyFilter({
    name: "envoy.filters.http.ext_authz",
    typed_config: typed("extensions.filters.http.ext_authz.v3.ExtAuthz", {
      failure_mode_allow: false,
      status_on_error: { code: "ServiceUnavailable" },
      http_service: { path_prefix: "/check" },
    }),
  });
  const share = (field: string) =>
    `${field} asks about a share of requests. Remove it, so that none passes without being asked about.`;
  cases(requireFailClosedAuthorization, filter, [
    ["rejects failure_mode_allow", { [`${config}.failure_mode_allow`]: true }, [open(`${config}.failure_mode_allow`)]],
    ["rejects failureModeAllow", { [`${config}.failureModeAllow`]: true }, [open(`${config}.failureModeAllow`)]],
    [
      "rejects a status of success",
      { [`${config}.status_on_error.code`]: "OK" },
      [status(`${config}.status_on_error`, '"OK"')],
    ],
    [
      "rejects a share of requests",
      { [`${config}.filter_enabled`]: { default_value: { numerator: 50 } } },
      [share(`${config}.filter_enabled`)],
    ],
    [
      "rejects a share that can be changed while it runs",
      { [`${config}.filter_enabled`]: { runtime_key: "k", default_value: { numerator: 100 } } },
      [share(`${config}.filter_enabled`)],
    ],
    [
      "lets all of them pass",
      { [`${config}.filter_enabled`]: { default_value: { numerator: 100, denominator: "HUNDRED" } } },
      [],
    ],
    ["rejects a field that it doesn't know", { [`${config}.fail_soft`]: true }, [unknown(`${config}.fail_soft`)]],
    [
      "reads a TypedStruct",
      {
        [config]: {
          "@type": "type.googleapis.com/xds.type.v3.TypedStruct",
          type_url: "a/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
          value: { failure_mode_allow: true },
        },
      },
      [open(`${config}.value.failure_mode_allow`)],
    ],
    [
      "reads a filter without a type",
      { [config]: undefined, [`${patchValue}.config`]: { failure_mode_allow: true } },
      [open(`${patchValue}.config.failure_mode_allow`)],
    ],
    [
      "rejects tokens that are no good",
      { [`${config}.http_service.requires`]: { allow_missing_or_failed: {} } },
      [
        `${config}.http_service.requires.allow_missing_or_failed lets tokens pass that are no good. Write allow_missing: {}.`,
      ],
    ],
  ]);

  const plugin: Manifest = {
    apiVersion: "extensions.istio.io/v1alpha1",
    kind: "WasmPlugin",
    metadata: { name: "sso", namespace: "ingress" },
    spec: { phase: "AUTHN", failStrategy: "FAIL_CLOSE" },
  };
  cases(requireFailClosedAuthorization, plugin, [
    [
      "rejects a plugin that lets requests pass when it fails",
      { "spec.failStrategy": "FAIL_OPEN" },
      ['spec.failStrategy is "FAIL_OPEN" for a plugin that may decide about requests. Write FAIL_CLOSE.'],
    ],
    ["lets a plugin for statistics pass", { "spec.failStrategy": "FAIL_OPEN", "spec.phase": "STATS" }, []],
  ]);
});

describe("forbid-removed-filters", () => {
  const operation = "spec.configPatches[0].patch.operation";
  const name = "spec.configPatches[0].match.listener.filterChain.filter.subFilter.name";
  const applyTo = "spec.configPatches[0].applyTo";
  const gone = (how: string, what: string) =>
    `${operation} is ${how} for ${what}. Remove the patch: without it nothing may be left that keeps people out.`;
  const off = (field: string) => `${field} turns a filter off that decides about requests. Remove it.`;
  const route = `${patchValue}.typed_per_filter_config.x`;

  cases(forbidRemovedFilters, envoyFilter({ name: "mine" }), [
    ...["envoy.filters.http.rbac", "envoy.filters.http.jwt_authn", "envoy.filters.http.ext_authz", "anything.else"].map(
      (filter): [string, Record<string, unknown>, string[]] => [
        `rejects the removal of ${filter}`,
        { [operation]: "REMOVE", [name]: filter },
        [gone("REMOVE", `HTTP_FILTER, ${filter}`)],
      ],
    ),
    [
      "rejects a removal that names no filter",
      { [operation]: "REMOVE", [name]: undefined },
      [gone("REMOVE", "HTTP_FILTER, whatever it matches")],
    ],
    [
      "rejects the removal of a listener",
      { [operation]: "REMOVE", [applyTo]: "LISTENER" },
      [gone("REMOVE", "LISTENER, envoy.filters.network.http_connection_manager")],
    ],
    [
      "rejects a replacement",
      { [operation]: "REPLACE", [name]: "envoy.filters.http.rbac" },
      [gone("REPLACE", "HTTP_FILTER, envoy.filters.http.rbac")],
    ],
    [
      "rejects a change of rbac",
      { [operation]: "MERGE", [name]: "envoy.filters.http.rbac" },
      [`${operation} is MERGE for envoy.filters.http.rbac. Write an AuthorizationPolicy instead, which people see.`],
    ],
    ["lets the removal of a harmless filter pass", { [operation]: "REMOVE", [name]: "envoy.filters.http.fault" }, []],
    ["lets the removal of a cluster pass", { [operation]: "REMOVE", [applyTo]: "CLUSTER" }, []],
    [
      "rejects a route without ext_authz",
      { [route]: typed("extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", { disabled: true }) },
      [off(`${route}.disabled`)],
    ],
    [
      "rejects a route without jwt_authn",
      { [route]: typed("extensions.filters.http.jwt_authn.v3.PerRouteConfig", { disabled: true }) },
      [off(`${route}.disabled`)],
    ],
    [
      "rejects a route without rbac",
      { [route]: typed("extensions.filters.http.rbac.v3.RBACPerRoute", {}) },
      [off(route)],
    ],
    [
      "rejects a route without any filter of a name",
      { [route]: typed("config.route.v3.FilterConfig", { disabled: true }) },
      [off(`${route}.disabled`)],
    ],
    [
      "rejects a filter that is off unless a route turns it on",
      { [patchValue]: { name: "envoy.filters.http.ext_authz", disabled: true } },
      [off(`${patchValue}.disabled`)],
    ],
    [
      "rejects a change that turns it off",
      { [operation]: "MERGE", [name]: "envoy.filters.http.jwt_authn", [patchValue]: { disabled: true } },
      [off(`${patchValue}.disabled`)],
    ],
    [
      "rejects a filter that may be left out",
      { [patchValue]: { name: "envoy.filters.http.ext_authz", isOptional: true } },
      [off(`${patchValue}.isOptional`)],
    ],
    ["lets another filter be off", { [patchValue]: { name: "mine", disabled: true } }, []],
    [
      "lets a route's own settings pass",
      { [route]: typed("extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", { check_settings: {} }) },
      [],
    ],
  ]);
});

describe("limit-envoy-filters", () => {
  const everything =
    "spec.workloadSelector.labels is empty, so the filter changes every proxy that it can reach. " +
    "Name the workload there, for example istio: ingressgateway.";
  const root =
    'metadata.namespace is "istio-system", Istio\'s root namespace, from where the filter reaches pods of every namespace. ' +
    "Put it into the workload's own namespace.";

  cases(limitEnvoyFilters, envoyFilter({ name: "mine" }), [
    ["rejects a filter without a selector", { "spec.workloadSelector": undefined }, [everything]],
    ["rejects a selector without labels", { "spec.workloadSelector.labels": {} }, [everything]],
    [
      "lets a target pass",
      { "spec.workloadSelector": undefined, "spec.targetRefs": [{ kind: "Gateway", name: "gate" }] },
      [],
    ],
    ["rejects a filter in the root namespace", { "metadata.namespace": "istio-system" }, [root]],
    ["rejects both", { "metadata.namespace": "istio-system", "spec.workloadSelector": undefined }, [everything, root]],
  ]);
});
