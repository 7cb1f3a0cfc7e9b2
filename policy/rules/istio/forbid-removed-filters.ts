import { protoField } from "../../../documents/istio/envoyTls";
import { isMap, join } from "../../manifest";
import { type EnvoyMessage, type EnvoyPatch, mapsIn, messagesOf, patchesOf } from "../../readers/envoyFilter";
import { isKind, isOff } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { addedListeners } from "./addedListeners";
import { envoyPage, istioPage, weakness } from "./facts";

const { framework, reference } = weakness(693, "Protection Mechanism Failure");

/** Filters that protect nobody, and may go. Any other may be what keeps people out. */
const harmless = [
  ...["envoy.filters.http.compressor", "envoy.filters.http.fault", "envoy.filters.http.grpc_stats"],
  ...["envoy.filters.http.grpc_web", "istio.alpn", "istio.metadata_exchange", "istio.stats"],
  ...["istio_stats", "envoy.filters.network.metadata_exchange"],
];

/** Parts of Envoy's configuration that hold no filters. */
const withoutFilters = ["CLUSTER", "HTTP_ROUTE", "VIRTUAL_HOST"];

/** What decides about requests in Envoy, by the end of the filter's name. */
const deciding = /(^|\.)(rbac|jwt_authn|ext_authz|istio_authn|peer_metadata|oauth2)$/;

export const forbidRemovedFilters: Rule = {
  name: "forbid-removed-filters",
  title: "No filter that decides is taken away or passed by",
  why:
    "AuthorizationPolicies and RequestAuthentications are filters in Envoy. An EnvoyFilter that removes, replaces or turns " +
    "one off leaves the policies in the cluster, where everybody sees them, and nothing behind them. One that adds a listener " +
    "or a chain of its own, or a filter that ends connections, leads around them.",
  mend:
    "Remove the patch, and say in an AuthorizationPolicy, a RequestAuthentication or a Gateway what is meant to be " +
    "different.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio EnvoyFilter",
      "reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation",
      "REMOVE, REPLACE, MERGE and ADD",
    ),
    envoyPage(
      "Envoy route filter configuration",
      "api-v3/config/route/v3/route_components.proto",
      "typed_per_filter_config turns a filter off for a route",
    ),
  ],
  settings: [],
  check(manifest) {
    if (!isKind(manifest, "EnvoyFilter")) return [];
    return patchesOf(manifest).flatMap((patch) =>
      inspect(() => [
        ...operations(patch),
        ...addedListeners(patch),
        ...entries(patch),
        ...overrides(patch),
        ...messagesOf(patch).flatMap(turnedOff),
      ]),
    );
  },
};

function operations(patch: EnvoyPatch): Finding[] {
  const { field, applyTo, operation, filter } = patch;
  const place = `${field}.patch.operation`;
  const named = filter === "" ? "whatever it matches" : filter;
  if (operation === "REMOVE" || operation === "REPLACE") {
    if (withoutFilters.includes(applyTo) || harmless.includes(filter)) return [];
    const message =
      `${place} is ${operation} for ${applyTo}, ${named}. Remove the patch: ` +
      `without it nothing may be left that keeps people out.`;
    return [violation(place, message)];
  }
  if (operation === "MERGE" && deciding.test(filter) && !isHarmlessMerge(patch)) {
    return [
      violation(place, `${place} is MERGE for ${named}. Write an AuthorizationPolicy instead, which people see.`),
    ];
  }
  return [];
}

/** Of ext_authz what other rules judge, and what decides about nobody; jwt_authn's providers are rules for tokens. */
const mergeable: readonly (readonly [filter: RegExp, fields: readonly string[]])[] = [
  [
    /(^|\.)ext_authz$/,
    [
      ...["@type", "failure_mode_allow", "status_on_error", "filter_enabled", "filter_enabled_metadata", "stat_prefix"],
      ...["with_request_body", "clear_route_cache", "include_peer_certificate", "include_tls_session"],
    ],
  ],
  [/(^|\.)jwt_authn$/, ["@type", "providers"]],
];

function isHarmlessMerge(patch: EnvoyPatch): boolean {
  const [, fields] = mergeable.find(([filter]) => filter.test(patch.filter)) ?? [];
  const entry = Object.keys(patch.value.map);
  return (
    fields !== undefined &&
    entry.every((key) =>
      ["name", "typed_config", "typedConfig", "disabled", "is_optional", "isOptional"].includes(key),
    ) &&
    messagesOf(patch)
      .filter(({ field }) => /^(\.(typed_config|typedConfig))(\.value)?$/.test(field.slice(patch.value.field.length)))
      .every(({ map }) => Object.keys(map).every((key) => isOneOf(key, fields)))
  );
}

function isOneOf(key: string, names: readonly string[]): boolean {
  return names.some((name) => protoField({ [key]: true }, name)[1] === true);
}

/** What a route says to the filters that decide, in place of the listener's configuration. */
function overrides({ value }: EnvoyPatch): Finding[] {
  return mapsIn(value).flatMap(({ field, map }) => {
    const [key, configs] = protoField(map, "typed_per_filter_config");
    if (!isMap(configs)) return [];
    return Object.keys(configs)
      .filter((name) => deciding.test(name) && !(isMap(configs[name]) && hasType(configs[name])))
      .map((name) => off(join(join(field, key), name)));
  });
}

/** What has a type is judged by it. */
function hasType(config: Record<string, unknown>): boolean {
  return typeof config["@type"] === "string";
}

/** A filter that is turned off for a route. */
function turnedOff({ field, map, type }: EnvoyMessage): Finding[] {
  const [key, disabled] = protoField(map, "disabled");
  const isSwitch = /(ExtAuthzPerRoute|jwt_authn\.v3\.PerRouteConfig|config\.route\.v3\.FilterConfig)$/.test(type);
  if (isSwitch && !isOff(disabled)) return [off(`${field}.${key}`)];
  // Rules of a route's own, or none, in place of the listener's: no policy shows them.
  if (/(RBACPerRoute|jwt_authn\.v3\.PerRouteConfig)$/.test(type)) return [off(field)];
  return /ExtAuthzPerRoute$/.test(type) ? otherService(field, map) : [];
}

/** What a route may say about the check itself; anything else has another service decide. */
const ofCheck = ["context_extensions", "disable_request_body_buffering", "with_request_body"];

function otherService(field: string, map: Record<string, unknown>): Finding[] {
  const [key, settings] = protoField(map, "check_settings");
  const others = Object.keys(map).filter((name) => !["@type", "disabled", key].includes(name));
  const inner = isMap(settings) ? Object.keys(settings).filter((name) => !isOneOf(name, ofCheck)) : [];
  return [...others.map((name) => join(field, name)), ...inner.map((name) => join(join(field, key), name))].map(
    (place) => violation(place, `${place} has something else decide about a route's requests. Remove it.`),
  );
}

/** Envoy's entry for a filter: off unless a route turns it on, or left out where Envoy doesn't know it. */
function entries({ operation, filter, value }: EnvoyPatch): Finding[] {
  return mapsIn(value).flatMap((entry) => {
    const name = entry.map["name"] ?? (operation === "MERGE" && entry.field === value.field ? filter : undefined);
    if (typeof name !== "string" || !deciding.test(name)) return [];
    return ["disabled", "is_optional"].flatMap((key) => {
      const [spelled, isOn] = protoField(entry.map, key);
      return isOff(isOn) ? [] : [off(`${entry.field}.${spelled}`)];
    });
  });
}

function off(field: string): Finding {
  return violation(field, `${field} turns a filter off that decides about requests. Remove it.`);
}
