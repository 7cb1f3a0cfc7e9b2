import { type Finding, violation } from "../../rule";
import { bareFlagComplaint, complaint } from "./switchValue";
import { verificationSwitch } from "./verificationSwitch";

/** A word that may name a setting, with the dashes of a flag. */
const word = /(?<before>^|[^\w.$-])(?<dashes>-{0,2})(?<name>[A-Za-z_][\w.-]{2,250})/gm;

/** What gives a name its value, right behind it: `= value`, `: value`, `": value`. A comparison isn't it. */
const assigned =
  /["']?[ \t]*(?:=(?![=~])|:(?![=:/]))[ \t]*(?<value>"[^"\n]*"|'[^'\n]*'|(?:\$\([^)\n]*\)|\$\{[^}\n]*\}|\{\{[^}\n]*\}\}|[^\s,;&|)}\]"'])*)/y;

/** What turns verification off without a name of its own. */
const idioms: readonly { readonly pattern: RegExp; readonly program: string }[] = [
  { pattern: /\bcurl\b[^\n;|]*?[ \t](-[a-zA-Z]*k[a-zA-Z]*)(?=[ \t]|$)/gm, program: "curl" },
  { pattern: /(?:^|[ \t"'=(])(--insecure)(?=[ \t"')]|$)/gm, program: "curl" },
  { pattern: /\b(verify\s*=\s*False)\b/g, program: "Python" },
  { pattern: /\b(CERT_NONE|_create_unverified_context)\b/g, program: "Python" },
  { pattern: /\b((?:SSL_)?VERIFY_NONE)\b/g, program: "OpenSSL" },
];

/** Looks for switches in a text that no reader takes apart: a script, a template, one argument of a command. */
export function freeTextFindings(field: string, text: string): Finding[] {
  const searchable = blankOut(text);
  const found = [...assignments(searchable), ...idiomsIn(searchable)].sort((a, b) => a.index - b.index);
  const several = text.trimEnd().includes("\n");
  return found.map(({ index, message }) => {
    const place = several ? `${field} line ${lineAt(text, index)}` : field;
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
      const mend = "Remove it, and name the CA instead.";
      return {
        index: match.index + match[0].lastIndexOf(idiom),
        message: `${idiom} turns certificate verification off (${program}). ${mend}`,
      };
    }),
  );
}

/** Nothing after the sign leaves a setting as it is. */
function unquote(value: string): string | undefined {
  if (value === "") return undefined;
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

/** Takes out, character by character, what isn't live: certificates and keys, comments, the ends of continued lines. */
function blankOut(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  return text
    .replace(/-----BEGIN [^-\n]+-----[^]*?-----END [^-\n]+-----/g, blank)
    .replace(/^[ \t]*(?:#|\/\/|;).*$/gm, blank)
    .replace(/\\\n/g, "  ");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
