import { protoField } from "../../../documents/istio/envoyTls";
import { isMap } from "../../manifest";
import { type EnvoyMessage, type EnvoyPatch, mapsIn, messagesIn, patchesOf } from "../../readers/envoyFilter";
import { isKind, isOff } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
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
  title: "No filter that decides is taken away",
  why:
    "AuthorizationPolicies and RequestAuthentications are filters in Envoy. An EnvoyFilter that removes, replaces or turns " +
    "one off leaves the policies in the cluster, where everybody sees them, and nothing behind them.",
  mend: "Remove the patch, and say in an AuthorizationPolicy or a RequestAuthentication what is meant to be different.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio EnvoyFilter",
      "reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation",
      "REMOVE, REPLACE and MERGE",
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
      inspect(() => [...operations(patch), ...entries(patch), ...messagesIn(patch.value).flatMap(turnedOff)]),
    );
  },
};

function operations({ field, applyTo, operation, filter }: EnvoyPatch): Finding[] {
  const place = `${field}.patch.operation`;
  const named = filter === "" ? "whatever it matches" : filter;
  if (operation === "REMOVE" || operation === "REPLACE") {
    if (withoutFilters.includes(applyTo) || harmless.includes(filter)) return [];
    const message =
      `${place} is ${operation} for ${applyTo}, ${named}. Remove the patch: ` +
      `without it nothing may be left that keeps people out.`;
    return [violation(place, message)];
  }
  if (operation === "MERGE" && /(^|\.)rbac$/.test(filter)) {
    return [
      violation(place, `${place} is MERGE for ${named}. Write an AuthorizationPolicy instead, which people see.`),
    ];
  }
  return [];
}

/** A filter that is turned off for a route. */
function turnedOff({ field, map, type }: EnvoyMessage): Finding[] {
  const [key, disabled] = protoField(map, "disabled");
  const isSwitch = /(ExtAuthzPerRoute|jwt_authn\.v3\.PerRouteConfig|config\.route\.v3\.FilterConfig)$/.test(type);
  if (isSwitch && !isOff(disabled)) return [off(`${field}.${key}`)];
  // Without rules of its own a route has none, in place of the listener's.
  if (/RBACPerRoute$/.test(type) && !isMap(map["rbac"])) return [off(field)];
  return [];
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
