import { isMap, join } from "../manifest";
import { type EnvoyPatch, mapsIn, messagesIn } from "./envoyFilter";
import { mapsAt, type Placed } from "./istio";

/** What Kubeflow's applications take for the user and the groups, without a question. */
export const identityHeaders = ["kubeflow-userid", "kubeflow-groups"] as const;

/** Under WSGI and CGI an underscore and a dash are one (RFC 3875, section 4.1.18), and names have no case. */
export function isIdentityHeader(name: unknown): boolean {
  return typeof name === "string" && /^kubeflow[-_](userid|groups)$/i.test(name.trim());
}

/** Where a name stands that writes no header of a request: what is taken away, and what goes to a log. */
const harmless =
  /(^|\.)((request|response)_?headers_?to_?remove|remove(_?on_?match)?|claim_?to_?headers|(dis)?allowed_?headers|headers_?to_?log|additional_?\w+_?to_?log|(access_?)?log|(access_?)?log_?format|json_?format)(\.|\[|$)/i;

/** What Envoy fills in, which reads a header. */
const variable = /%[A-Z_]+\([^)]{0,300}\)(:\d+)?%/g;

/**
 * Places of a configuration that name a header of this kind, and may write it: HeaderValueOption and whatever else filters
 * have for it. A name that is taken away, or written from a token's verified claims, is none.
 */
export function headersSetIn(value: Placed): { readonly field: string; readonly name: string }[] {
  return mapsIn(value).flatMap(({ field, map }) =>
    Object.keys(map).flatMap((key) => {
      const inner = map[key];
      const place = join(field, key);
      // What an authorization service may set.
      if (/^allowed_?upstream_?headers(_?to_?append)?$/i.test(key) && isMap(inner)) return matchersIn(place, inner);
      const inside = place.slice(value.field.length);
      if (harmless.test(inside) || /allowed_?upstream_?headers/i.test(inside) || isLua(key)) return [];
      const texts = (Array.isArray(inner) ? (inner as unknown[]) : [inner]).filter((text) => typeof text === "string");
      const named = [...(isMap(inner) || texts.length > 0 ? [key] : []), ...texts].flatMap((text) => nameIn(text));
      return named.slice(0, 1).map((name) => ({ field: place, name }));
    }),
  );
}

/** Code is read as such. */
function isLua(key: string): boolean {
  return /^inline_?(string|code|bytes)$/i.test(key);
}

/** The name of such a header in a text: by itself, or inside of a configuration that only a plugin can read. */
function nameIn(text: string): string[] {
  const found = /kubeflow[-_](userid|groups)/i.exec(text.replace(variable, ""));
  return found ? [found[0]] : [];
}

/** Matchers that let one of the headers through, in any of the ways that Envoy has (envoy.type.matcher.v3.StringMatcher). */
function matchersIn(place: string, list: Record<string, unknown>): { readonly field: string; readonly name: string }[] {
  return mapsIn({ field: place, map: list }).flatMap(({ field, map }) =>
    Object.keys(map)
      .filter((how) => typeof map[how] === "string" && couldMatch(how, String(map[how])))
      .map((how) => ({ field: join(field, how), name: String(map[how]) })),
  );
}

function couldMatch(how: string, text: string): boolean {
  const wanted = text.toLowerCase();
  switch (how) {
    case "exact":
      return isIdentityHeader(text);
    case "prefix":
      return identityHeaders.some((name) => name.startsWith(wanted));
    case "suffix":
      return identityHeaders.some((name) => name.endsWith(wanted));
    case "contains":
      return identityHeaders.some((name) => name.includes(wanted));
    default:
      return matchesSome(text);
  }
}

/** A text with escapes as it stands, and anything before or after it. */
const simple = /^\^?(?<before>\.[*+])?(?<literal>(?:[\w-]|\\[^\w\n])*)(?<after>\.[*+])?\$?$/;

/**
 * An expression, whatever the field is called. It isn't run: it is somebody else's, and JavaScript may take forever for
 * one that Envoy decides at once (RE2). So any but the simplest may match.
 */
function matchesSome(text: string): boolean {
  const found = simple.exec(text);
  if (!found) return true;
  const { before, literal = "", after } = found.groups ?? {};
  const wanted = literal.replaceAll("\\", "").replaceAll("_", "-").toLowerCase();
  return identityHeaders.some((name) => {
    const free = name.length - wanted.length;
    if (free < Number(before === ".+") + Number(after === ".+")) return false;
    if (before === undefined) return after === undefined ? name === wanted : name.startsWith(wanted);
    if (after === undefined) return name.endsWith(wanted);
    return name.slice(Number(before === ".+"), name.length - Number(after === ".+")).includes(wanted);
  });
}

/** Names that an EnvoyFilter takes off every request before anything else looks at it. */
export function headersRemovedIn({ operation, value }: EnvoyPatch): readonly string[] {
  if (operation === "REMOVE") return [];
  return messagesIn(value)
    .filter(({ type }) => /early_header_mutation\.header_mutation\.v3\.HeaderMutation$/.test(type))
    .flatMap(({ field, map }) => mapsAt(map["mutations"], `${field}.mutations`))
    .flatMap(({ map }) => {
      const matcher = isMap(map["remove_on_match"]) ? map["remove_on_match"]["key_matcher"] : undefined;
      const { prefix, exact } = isMap(matcher) ? matcher : {};
      return identityHeaders.filter(
        (name) => map["remove"] === name || exact === name || (typeof prefix === "string" && name.startsWith(prefix)),
      );
    });
}
