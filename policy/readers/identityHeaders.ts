import { isMap, join } from "../manifest";
import { type EnvoyPatch, luaIn, mapsIn, messagesIn } from "./envoyFilter";
import { mapsAt, type Placed } from "./istio";

/** What Kubeflow's applications take for the user and the groups, without a question. */
export const identityHeaders = ["kubeflow-userid", "kubeflow-groups"] as const;

/** Under WSGI and CGI an underscore and a dash are one (RFC 3875, section 4.1.18), and names have no case. */
export function isIdentityHeader(name: unknown): boolean {
  return typeof name === "string" && /^kubeflow[-_](userid|groups)$/i.test(name.trim());
}

/** Places of an Envoy message that write a header of this kind. */
export function headersSetIn(value: Placed): { readonly field: string; readonly name: string }[] {
  return mapsIn(value).flatMap(({ field, map }) =>
    Object.keys(map).flatMap((key) => {
      const inner = map[key];
      const place = join(field, key);
      // HeaderValueOption, wherever it is listed: request_headers_to_add, mutations, headers_to_add.
      if (key === "header" && isMap(inner) && isIdentityHeader(inner["key"])) {
        return [{ field: `${place}.key`, name: String(inner["key"]) }];
      }
      // What an authorization service may set.
      if (/^allowed_?upstream_?headers(_?to_?append)?$/i.test(key) && isMap(inner)) {
        return mapsIn({ field: place, map: inner }).flatMap((matcher) =>
          Object.keys(matcher.map)
            .filter((how) => typeof matcher.map[how] === "string" && couldBeIdentity(String(matcher.map[how])))
            .map((how) => ({ field: join(matcher.field, how), name: String(matcher.map[how]) })),
        );
      }
      if (/^forward_?payload_?header$/i.test(key) && isIdentityHeader(inner))
        return [{ field: place, name: String(inner) }];
      return [];
    }),
  );
}

/** A name, or a beginning, an ending or an expression that names may match. */
function couldBeIdentity(text: string): boolean {
  return isIdentityHeader(text) || /kubeflow/i.test(text) || /^[.*^$]*$/.test(text);
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

/** What Lua does with a header of this kind, other than taking it away or writing it from verified claims. */
export function luaAbuses(text: string): readonly string[] {
  const code = withoutComments(text);
  const verified = /["']envoy\.filters\.http\.jwt_authn["']/.test(code);
  const found = [...code.matchAll(/(?<call>:\s*\w+\s*\(\s*)?(?<quote>["']|\[\[)(?<name>kubeflow[-_][\w-]*)/gi)];
  return [
    ...new Set(
      found.flatMap(({ groups: { call = "", name = "" } = {} }) => {
        const method = call.replace(/[:(\s]/g, "");
        if (method === "remove") return [];
        if (method === "replace") return verified ? [] : [`writes ${name} from something else than verified claims`];
        if (method === "add") return [`adds ${name} beside what a client sent`];
        if (/^get/i.test(method)) return [`believes a ${name} that a client sent`];
        return [`uses the name ${name} in a way that can't be told`];
      }),
    ),
  ];
}

/** Lua's comments run from two dashes to the end of the line, or of their brackets; not inside a string. */
function withoutComments(text: string): string {
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|--\[\[[\s\S]*?\]\]|--[^\n]*/g, (_, string?: string) =>
    string === undefined ? "" : string,
  );
}

export function luaAbusesIn(value: Placed): { readonly field: string; readonly abuse: string }[] {
  return luaIn(value).flatMap(({ field, text }) => luaAbuses(text).map((abuse) => ({ field, abuse })));
}
