import { join, type Manifest, mapAt } from "../../manifest";
import { patchesOf } from "../../readers/envoyFilter";
import { headersSetIn, identityHeaders, isIdentityHeader, luaAbusesIn } from "../../readers/identityHeaders";
import { isKind, mapsAt, type Placed, specOf, textsAt } from "../../readers/istio";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
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
    if (isKind(manifest, "EnvoyFilter")) return envoyFilter(manifest);
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
          return ["add", "set"]
            .flatMap((how) => mapsAt(modifier[how], `${place}.${how}`))
            .filter((header) => isIdentityHeader(header.map["name"]))
            .map((header) => wrong(header.field, `sets ${String(header.map["name"])}`));
        });
    }),
  );
}

function envoyFilter(manifest: Manifest): Finding[] {
  return patchesOf(manifest).flatMap(({ value }) => [
    ...inspect(() => headersSetIn(value).map(({ field, name }) => wrong(field, `sets ${name}`))),
    ...inspect(() => luaAbusesIn(value).map(({ field, abuse }) => wrong(field, abuse))),
  ]);
}

/** A service that may set them for some requests is no answer for those that it isn't asked about. */
function authorizationService(mesh: Placed): Finding[] {
  const { field, value } = fieldOf(mesh, "extension_providers");
  return mapsAt(value, field).flatMap((provider) => {
    const http = messageAt(provider, "envoy_ext_authz_http");
    const list = fieldOf(http, "headers_to_upstream_on_allow");
    // A `*` behind a beginning stands for any ending (mesh/v1alpha1/config.proto).
    return textsAt(list.value, list.field)
      .filter((name) => isIdentityHeader(name) || couldMatch(name))
      .map((name) => wrong(list.field, `lets the service set ${name}`));
  });
}

/** Whether a name that ends in `*` stands for one of the headers. */
function couldMatch(name: string): boolean {
  return name.endsWith("*") && identityHeaders.some((header) => header.startsWith(name.slice(0, -1).toLowerCase()));
}

function wrong(field: string, what: string): Finding {
  return violation(
    field,
    `${field} ${what}. Remove that; outputClaimToHeaders of the RequestAuthentication writes the header.`,
  );
}
