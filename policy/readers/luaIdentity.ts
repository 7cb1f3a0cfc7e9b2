import { join } from "../manifest";
import { hiddenLuaIn, luaIn, mapsIn } from "./envoyFilter";
import { type Placed } from "./istio";
import { withoutComments } from "./luaComments";

/** Where Envoy and Istio keep what a verified token says, for the policies that come later. */
const verifiedNamespaces = ["envoy.filters.http.jwt_authn", "istio_authn"];

const quoted = verifiedNamespaces.map((name) => name.replaceAll(".", "\\.")).join("|");
const readsVerified = new RegExp(`:\\s*get\\s*\\(\\s*["'](${quoted})["']\\s*\\)`);
const writesVerified = new RegExp(`:\\s*set\\s*\\(\\s*["'](${quoted})["']`);

/** What Lua does with a header of this kind, other than taking it away or writing it from verified claims. */
export function luaAbuses(text: string): readonly string[] {
  const code = withoutComments(text);
  const verified = readsVerified.test(code);
  const found = [...code.matchAll(/(?<call>:\s*\w+\s*\(\s*)?(?:["']|\[\[)(?<name>kubeflow[-_][\w-]*)/gi)];
  return [
    ...new Set([
      ...found.flatMap(({ 0: whole, index, groups: { call = "", name = "" } = {} }, at) => {
        const method = call.replace(/[:(\s]/g, "");
        if (method === "remove") return [];
        if (method === "replace") {
          const [rest = ""] = code.slice(index + whole.length, found[at + 1]?.index).split("\n", 1);
          const fromRequest = /headers\s*\(\s*\)\s*:\s*get/.test(rest);
          return verified && !fromRequest ? [] : [`writes ${name} from something else than verified claims`];
        }
        if (method === "add") return [`adds ${name} beside what a client sent`];
        if (/^get/i.test(method)) return [`believes a ${name} that a client sent`];
        return [`uses the name ${name} in a way that can't be told`];
      }),
      ...unreadable(code),
      ...(writesVerified.test(code) ? ["writes what only a verified token leaves for policies"] : []),
    ]),
  ];
}

/** A header's name is a text as it stands, so that everybody sees which one is written. */
function unreadable(code: string): string[] {
  const calls = [...code.matchAll(/:\s*(add|replace)\s*\(\s*(?!\s)([^\n]{0,200})/g)];
  const isPlain = (text: string) => /^((["'])[\w:.-]*\2|\[\[[\w:.-]*\]\])\s*,/.test(text);
  const hidden =
    calls.some(([, , text = ""]) => !isPlain(text)) || /[.[]\s*["']?(add|replace)["']?\s*(?:\]\s*)?\(/.test(code);
  return hidden ? ["writes a header whose name can't be told"] : [];
}

export function luaAbusesIn(value: Placed): { readonly field: string; readonly abuse: string }[] {
  return [
    ...luaIn(value).flatMap(({ field, text }) => luaAbuses(text).map((abuse) => ({ field, abuse }))),
    ...hiddenLuaIn(value).map((field) => ({ field, abuse: "takes its code from where nobody sees it here" })),
  ];
}

/**
 * Places that write what only a verified token may leave behind: filters that copy headers into metadata (set_metadata,
 * header_to_metadata and the like), and the state in which Istio keeps a connection's principal.
 */
export function forgedIdentitiesIn(value: Placed): string[] {
  return mapsIn(value).flatMap(({ field, map }) =>
    Object.keys(map).flatMap((key) => {
      const inner = map[key];
      const place = join(field, key);
      const texts = (Array.isArray(inner) ? (inner as unknown[]) : [inner]).filter((text) => typeof text === "string");
      const isNamespace = /^metadata_?namespace$/i.test(key) || /receiving_?namespaces/i.test(place);
      const isForged =
        (isNamespace && texts.some((text) => verifiedNamespaces.includes(text))) ||
        (/^object_?key$/i.test(key) && texts.some((text) => text.startsWith("io.istio.")));
      return isForged ? [place] : [];
    }),
  );
}
