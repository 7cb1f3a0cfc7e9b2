/**
 * What Istio takes in a VirtualService and Envoy doesn't. All notebooks' hosts are one list of routes, and Envoy takes a list or
 * leaves it: with one such route nobody's notebook would get a new one, and a new gateway pod would have none at all.
 */
import { listLiteral, literal, type Named } from "./admissionPolicy";

/** Fields of a rewrite; of `uriRegexRewrite` both halves may be such as Envoy refuses. */
const rewriteFields = ["uri", "authority"];

/**
 * Go counts the repetitions of a regular expression and RE2 the bytes of its program, which is too large for a class of letters
 * a thousand times.
 */
const largeRegex = String.raw`[{}]|\\[pP]`;

const printable = "^[ -~]*$";
/** Of a header or a parameter of a query; Envoy wants one, of 1024 bytes at the most. */
const plainName = "^[!-~]{1,128}$";

/** `refusedByEnvoy`, a list of texts; it stands on `routes`. */
export const refusedByEnvoy: Named[] = [
  { name: "matches", expression: flattened("variables.routes", "r.?match.orValue([])") },
  {
    name: "namedConditions",
    expression: flattened("variables.matches", present("r.?headers", "r.?withoutHeaders", "r.?queryParams")),
  },
  {
    name: "conditions",
    expression:
      `${flattened("variables.matches", present("r.?uri", "r.?scheme", "r.?method", "r.?authority"))} + ` +
      `${flattened("variables.namedConditions", "r.map(key, r[key])")} + ` +
      flattened("variables.routes", "r.?corsPolicy.?allowOrigins.orValue([])"),
  },
  {
    name: "texts",
    expression:
      `${flattened("variables.routes", present("r.?rewrite.?uri", "r.?redirect.?uri", "r.?redirect.?prefixRewrite"))} + ` +
      ["allowMethods", "allowHeaders", "exposeHeaders"]
        .map((field) => flattened("variables.routes", `r.?corsPolicy.?${field}.orValue([])`))
        .join(" + "),
  },
  {
    name: "refusedByEnvoy",
    expression: [
      flattened(
        "variables.routes.filter(r, has(r.rewrite))",
        `r.rewrite.map(key, key).filter(key, !(key in ${listLiteral(rewriteFields)})).map(key, "rewrite." + key)`,
      ),
      `variables.conditions.filter(c, c.?regex.orValue("").matches(${literal(largeRegex)})).map(c, "the regex " + c.regex)`,
      'variables.conditions.filter(c, c.?prefix.orValue("/") == "").map(c, "an empty prefix")',
      flattened(
        "variables.namedConditions",
        `r.map(key, key).filter(key, !key.matches(${literal(plainName)})).map(key, "a condition on the name \\"" + key + "\\"")`,
      ),
      `variables.texts.filter(t, !t.matches(${literal(printable)})).map(t, "characters beyond ASCII's printable ones in " + t)`,
    ].join(" + "),
  },
];

/** One list of what `expression` gives for each `r` of a list. */
export function flattened(list: string, expression: string): string {
  return `${list}.map(r, ${expression}).flatten()`;
}

function present(...fields: string[]): string {
  return `[${fields.join(", ")}].filter(f, f.hasValue()).map(f, f.value())`;
}
