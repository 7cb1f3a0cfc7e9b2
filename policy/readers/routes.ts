import { isMap, type Manifest, mapAt } from "../manifest";
import { isKind, mapsAt, type Placed, specOf, textAt, textsAt } from "./istio";

/** Where requests of a path go, as a VirtualService or an HTTPRoute says. */
export interface Route {
  readonly field: string;
  /** Paths, and whether each is a beginning; none where the route is for all of them. */
  readonly paths: readonly { readonly path: string; readonly isPrefix: boolean }[];
  /** Services that may get a request, by their names as they stand there. */
  readonly services: readonly string[];
  /** Whether it answers with a redirect to https. */
  readonly redirectsToHttps: boolean;
}

/** The routes of a VirtualService that gateways serve, or of an HTTPRoute. */
export function routesOf(manifest: Manifest): Route[] {
  if (isKind(manifest, "VirtualService")) {
    return mapsAt(specOf(manifest)["http"], "spec.http").map(virtualRoute);
  }
  if (isKind(manifest, "HTTPRoute")) return mapsAt(specOf(manifest)["rules"], "spec.rules").map(apiRoute);
  return [];
}

/** What an ACME server asks for by plain HTTP (RFC 8555, section 8.3), and nothing else may be there. */
const challenge = "/.well-known/acme-challenge/";

/** Whether a route is a redirect to https, or answers challenges. */
export function leadsToHttps({ paths, redirectsToHttps }: Route): boolean {
  return redirectsToHttps || (paths.length > 0 && paths.every(({ path }) => path.startsWith(challenge)));
}

/** Whether every one of them does; and there is one. */
export function leadToHttps(routes: readonly Route[]): boolean {
  return routes.length > 0 && routes.every(leadsToHttps);
}

/** Gateways that a VirtualService is for, as `namespace/name`; `mesh` where it is for sidecars. */
export function gatewaysOf(manifest: Manifest, namespace: string): string[] {
  const names = textsAt(specOf(manifest)["gateways"], "spec.gateways");
  return names.map((name) => (name === "mesh" || name.includes("/") ? name : `${namespace}/${name}`));
}

function virtualRoute({ field, map }: Placed): Route {
  const paths = mapsAt(map["match"], `${field}.match`).flatMap((match) => {
    const place = `${match.field}.uri`;
    const uri = mapAt(match.map["uri"], place);
    const exact = textAt(uri["exact"], `${place}.exact`);
    const prefix = textAt(uri["prefix"], `${place}.prefix`);
    // An expression may be any path.
    return exact !== "" ? [{ path: exact, isPrefix: false }] : [{ path: prefix, isPrefix: true }];
  });
  const redirect = mapAt(map["redirect"], `${field}.redirect`);
  return {
    field,
    paths: paths.some(({ path }) => path === "") ? [] : paths,
    services: mapsAt(map["route"], `${field}.route`).map((route) =>
      textAt(mapAt(route.map["destination"], `${route.field}.destination`)["host"], `${route.field}.destination.host`),
    ),
    redirectsToHttps: redirect["scheme"] === "https",
  };
}

function apiRoute({ field, map }: Placed): Route {
  const paths = mapsAt(map["matches"], `${field}.matches`).map((match) => {
    const path = mapAt(match.map["path"], `${match.field}.path`);
    const value = textAt(path["value"], `${match.field}.path.value`);
    return { path: path["type"] === "RegularExpression" ? "" : value, isPrefix: path["type"] !== "Exact" };
  });
  const filters = mapsAt(map["filters"], `${field}.filters`);
  return {
    field,
    paths: paths.some(({ path }) => path === "" || path === "/") ? [] : paths,
    services: mapsAt(map["backendRefs"], `${field}.backendRefs`).map((backend) =>
      textAt(backend.map["name"], `${backend.field}.name`),
    ),
    redirectsToHttps: filters.some(
      (filter) => isMap(filter.map["requestRedirect"]) && filter.map["requestRedirect"]["scheme"] === "https",
    ),
  };
}
