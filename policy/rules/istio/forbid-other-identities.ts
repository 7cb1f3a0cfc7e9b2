import { join, type Manifest, mapAt } from "../../manifest";
import { patchesOf } from "../../readers/envoyFilter";
import { headersSetIn, identityHeaders, isIdentityHeader } from "../../readers/identityHeaders";
import { isKind, mapsAt, type Placed, specOf, textsAt } from "../../readers/istio";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
import { forgedIdentitiesIn, luaAbusesIn } from "../../readers/luaIdentity";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(290, "Authentication Bypass by Spoofing");

/**
 * Nothing but a verified token says who somebody is: no route, no filter, no authorization service.
 *
 * A filter that copies x-auth-request-email is rejected as well, also where oauth2-proxy has set that header a step before,
 * as in deployKF and argoflow. Whether it did rests on the order of filters, and on the header being taken from those
 * requests that oauth2-proxy isn't asked about (a bearer token, a path left out): no single object shows either, and with
 * one of them wrong everybody is whoever he writes there. outputClaimToHeaders needs neither. An installation that has
 * proved both says so in an exemption.
 */
export const forbidOtherIdentities: Rule = {
  name: "forbid-other-identities",
  title: "No route or filter says who somebody is",
  why:
    "A route that sets kubeflow-userid makes everybody that user. A filter that adds it lets what a client sent stand " +
    "beside it, and one that copies it, or decodes a token without verifying it, believes the client.",
  mend:
    "Remove the header there, and let outputClaimToHeaders of the RequestAuthentication write it. In Lua, use remove, or " +
    "replace with what jwt_authn has verified.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    {
      id: "kubeflow/kubeflow#6702",
      url: "https://github.com/kubeflow/kubeflow/issues/6702",
      about: "a client that sends kubeflow-userid is taken for that user",
    },
    {
      id: "Envoy Lua filter",
      url: "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter",
      about: "add() keeps a header that is there already; replace() doesn't",
    },
    istioPage(
      "Istio VirtualService",
      "reference/config/networking/virtual-service/#Headers",
      "what headers.request does",
    ),
  ],
  settings: [],
  check(manifest) {
    if (isKind(manifest, "VirtualService")) return virtualService(manifest);
    if (isKind(manifest, "HTTPRoute") || isKind(manifest, "GRPCRoute")) return apiRoute(manifest);
    if (isKind(manifest, "EnvoyFilter")) return patchesOf(manifest).flatMap(({ value }) => configuration(value));
    if (isKind(manifest, "WasmPlugin") || isKind(manifest, "TrafficExtension")) {
      return configuration({ field: "spec", map: specOf(manifest) });
    }
    return meshConfigsOf(manifest).flatMap((mesh) => inspect(() => authorizationService(mesh)));
  },
};

function virtualService(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["http"], "spec.http").flatMap((http) =>
    inspect(() => {
      const routes = mapsAt(http.map["route"], `${http.field}.route`);
      return [http, ...routes].flatMap(({ field, map }) => {
        const place = `${field}.headers.request`;
        const request = mapAt(mapAt(map["headers"], `${field}.headers`)["request"], place);
        return ["add", "set"].flatMap((how) =>
          Object.keys(mapAt(request[how], `${place}.${how}`))
            .filter(isIdentityHeader)
            .map((name) => wrong(join(`${place}.${how}`, name), `sets ${name}`)),
        );
      });
    }),
  );
}

function apiRoute(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["rules"], "spec.rules").flatMap((rule) =>
    inspect(() => {
      const backends = mapsAt(rule.map["backendRefs"], `${rule.field}.backendRefs`);
      return [rule, ...backends]
        .flatMap(({ field, map }) => mapsAt(map["filters"], `${field}.filters`))
        .flatMap(({ field, map }) => {
          const place = `${field}.requestHeaderModifier`;
          const modifier = mapAt(map["requestHeaderModifier"], place);
          const set = ["add", "set"]
            .flatMap((how) => mapsAt(modifier[how], `${place}.${how}`))
            .filter((header) => isIdentityHeader(header.map["name"]))
            .map((header) => wrong(header.field, `sets ${String(header.map["name"])}`));
          return [...set, ...externalAuth({ field: `${field}.externalAuth`, map: mapAt(map["externalAuth"], field) })];
        });
    }),
  );
}

/** Of a service over HTTP that is asked about a route's requests; with no list it may set any header. */
function externalAuth({ field, map }: Placed): Finding[] {
  if (Object.keys(map).length === 0 || map["protocol"] === "GRPC") return [];
  const place = `${field}.http.allowedResponseHeaders`;
  const names = textsAt(mapAt(map["http"], `${field}.http`)["allowedResponseHeaders"], place);
  if (names.length === 0) return [wrong(place, "is absent and lets the service set any header")];
  return names.filter(isIdentityHeader).map((name) => wrong(place, `lets the service set ${name}`));
}

/** Envoy's configuration, and that of a plugin: headers, code, and what only a verified token may leave behind. */
function configuration(value: Placed): Finding[] {
  return [
    ...inspect(() => headersSetIn(value).map(({ field, name }) => wrong(field, `sets ${name}`))),
    ...inspect(() => luaAbusesIn(value).map(({ field, abuse }) => wrong(field, abuse))),
    ...inspect(() =>
      forgedIdentitiesIn(value).map((field) => wrong(field, "writes what only a verified token leaves for policies")),
    ),
  ];
}

/** A service that may set them for some requests is no answer for those that it isn't asked about. */
function authorizationService(mesh: Placed): Finding[] {
  const { field, value } = fieldOf(mesh, "extension_providers");
  return mapsAt(value, field).flatMap((provider) => {
    const http = messageAt(provider, "envoy_ext_authz_http");
    const list = fieldOf(http, "headers_to_upstream_on_allow");
    // A `*` stands for any ending or any beginning (mesh/v1alpha1/config.proto).
    return textsAt(list.value, list.field)
      .filter((name) => isIdentityHeader(name) || couldMatch(name))
      .map((name) => wrong(list.field, `lets the service set ${name}`));
  });
}

/** Whether a name that ends or begins with `*` stands for one of the headers. */
function couldMatch(text: string): boolean {
  const name = text.toLowerCase();
  return identityHeaders.some(
    (header) =>
      (name.endsWith("*") && header.startsWith(name.slice(0, -1))) ||
      (name.startsWith("*") && header.endsWith(name.slice(1))),
  );
}

function wrong(field: string, what: string): Finding {
  return violation(
    field,
    `${field} ${what}. Remove that; outputClaimToHeaders of the RequestAuthentication writes the header.`,
  );
}
