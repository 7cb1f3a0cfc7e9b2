import { type Finding, violation } from "../../rule";
import { bareFlagComplaint, complaint } from "./switchValue";
import { verificationSwitch } from "./verificationSwitch";

/** A word that may name a setting, with the dashes of a flag. */
const word = /(?<before>^|[^\w.$-])(?<dashes>-{0,2})(?<name>[A-Za-z_][\w.-]{2,250})/gm;

/**
 * What gives a name its value, right behind it: `= value`, `: value`, `": value`. A comparison isn't it. The value ends
 * somewhere: a line may give one to each of its words, and each would be read to the line's end.
 */
const assigned =
  /["']?[ \t]*(?:=(?![=~])|:(?![=:/]))[ \t]*(?<value>"[^"\n]*"|'[^'\n]*'|(?:\$\([^)\n]{0,100}\)|\$\{[^}\n]{0,100}\}|\{\{[^}\n]{0,100}\}\}|[^\s,;&|)}\]"']){0,100})/y;

/** What turns verification off without a name of its own. */
const idioms: readonly { readonly pattern: RegExp; readonly program: string }[] = [
  { pattern: /(?:^|[ \t"'=(])(--insecure)(?=[ \t"')]|$)/gm, program: "curl" },
  { pattern: /\b(verify\s*=\s*False)\b/g, program: "Python" },
  { pattern: /\b(CERT_NONE|_create_unverified_context)\b/g, program: "Python" },
  { pattern: /\b((?:SSL_)?VERIFY_NONE)\b/g, program: "OpenSSL" },
];

/** Looks for switches in a text that no reader takes apart: a script, a template, one argument of a command. */
export function freeTextFindings(field: string, text: string): Finding[] {
  const searchable = blankOut(text);
  const found = [...assignments(searchable), ...curls(searchable), ...idiomsIn(searchable)].sort(
    (a, b) => a.index - b.index,
  );
  const several = text.trimEnd().includes("\n");
  const lineAt = linesOf(text);
  return found.map(({ index, message }) => {
    const place = several ? `${field} line ${lineAt(index)}` : field;
    return violation(place, `${place}: ${message}`);
  });
}

interface Match {
  readonly index: number;
  readonly message: string;
}

function assignments(text: string): Match[] {
  return Array.from(text.matchAll(word)).flatMap((match) => {
    const { before = "", dashes = "", name = "" } = match.groups ?? {};
    const sense = verificationSwitch(name);
    // `${NAME` reads a variable; where it is set, the setting is found.
    if (!sense || (before === "{" && text[match.index - 1] === "$")) return [];
    const value = valueAt(text, match.index + match[0].length);
    const wrong =
      value === undefined ? dashes && bareFlagComplaint(name, sense) : complaint(name, sense, unquote(value));
    return wrong ? [{ index: match.index + before.length, message: `${dashes}${name} ${wrong}` }] : [];
  });
}

function valueAt(text: string, index: number): string | undefined {
  assigned.lastIndex = index;
  return assigned.exec(text)?.groups?.["value"];
}

function idiomsIn(text: string): Match[] {
  return idioms.flatMap(({ pattern, program }) =>
    Array.from(text.matchAll(pattern), (match) => {
      const [, idiom = ""] = match;
      return turnsOff(match.index + match[0].lastIndexOf(idiom), idiom, program);
    }),
  );
}

/** A curl with `-k` among its letters, up to the end of its command. The first of several flags tells. */
function curls(text: string): Match[] {
  const found: Match[] = [];
  for (const { 0: command, index: start } of text.matchAll(/[^\n;|]+/g)) {
    const name = /\bcurl\b/g;
    const flag = /[ \t](-[a-zA-Z]+)(?=[ \t]|$)/g;
    while (name.exec(command)) {
      flag.lastIndex = name.lastIndex;
      let match = flag.exec(command);
      while (match && !match[1]?.includes("k")) match = flag.exec(command);
      if (!match) break;
      found.push(turnsOff(start + match.index + 1, match[1] ?? "", "curl"));
      name.lastIndex = flag.lastIndex;
    }
  }
  return found;
}

function turnsOff(index: number, idiom: string, program: string): Match {
  const mend = "Remove it, and name the CA instead.";
  return { index, message: `${idiom} turns certificate verification off (${program}). ${mend}` };
}

/** Nothing after the sign leaves a setting as it is. */
function unquote(value: string): string | undefined {
  if (value === "") return undefined;
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

/** Takes out, character by character, what isn't live: certificates and keys, comments, the ends of continued lines. */
function blankOut(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  return withBlanks(text, blank)
    .replace(/^[ \t]*(?:#|\/\/|;).*$/gm, blank)
    .replace(/\\\n/g, "  ");
}

/** A text with its certificates and keys replaced; one without an end is none. */
function withBlanks(text: string, blank: (part: string) => string): string {
  const begin = /-----BEGIN [^-\n]+-----/g;
  const end = /-----END [^-\n]+-----/g;
  const parts: string[] = [];
  let from = 0;
  for (let start = begin.exec(text); start; start = begin.exec(text)) {
    end.lastIndex = begin.lastIndex;
    if (!end.test(text)) break;
    parts.push(text.slice(from, start.index), blank(text.slice(start.index, end.lastIndex)));
    from = begin.lastIndex = end.lastIndex;
  }
  return [...parts, text.slice(from)].join("");
}

/** The number of the line that a place is in, for places from the first to the last. */
function linesOf(text: string): (index: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (index) => {
    while (next >= 0 && next < index) {
      line += 1;
      next = text.indexOf("\n", next + 1);
    }
    return line;
  };
}
