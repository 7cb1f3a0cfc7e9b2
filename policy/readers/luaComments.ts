/** What Lua reads as one: a quoted text, a long bracket, a comment's dashes. */
const opener = /["']|--|\[=*\[/g;

/**
 * Lua without its comments, as LuaJIT takes it apart (lj_lex.c): a comment runs from two dashes to the end of the line, which
 * a carriage return is too, or to the end of its long bracket. What stands in a text is none. In one pass, because an
 * expression would look for the end of each bracket that has none anew.
 */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  /** Closing brackets that there are no more of. */
  const missing = new Set<string>();
  const closed = (from: number, bracket: string): number | undefined => {
    const closing = bracket.replaceAll("[", "]");
    if (missing.has(closing)) return undefined;
    const at = text.indexOf(closing, from);
    if (at >= 0) return at + closing.length;
    missing.add(closing);
    return undefined;
  };
  // A first line with a hash is for a shell, and Lua begins behind it.
  let from = /^\uFEFF?#[^\r\n]*/.exec(text)?.[0].length ?? 0;
  opener.lastIndex = from;
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    const [sign] = match;
    if (sign === "--") {
      const [bracket] = longBracket(text, opener.lastIndex);
      parts.push(text.slice(from, match.index));
      const end = bracket === undefined ? undefined : closed(opener.lastIndex + bracket.length, bracket);
      from = opener.lastIndex = end ?? endOfLine(text, opener.lastIndex);
    } else if (sign.startsWith("[")) {
      opener.lastIndex = closed(opener.lastIndex, sign) ?? opener.lastIndex;
    } else {
      opener.lastIndex = endOfQuoted(text, opener.lastIndex, sign);
    }
  }
  return [...parts, text.slice(from)].join("");
}

function longBracket(text: string, at: number): readonly string[] {
  const bracket = /\[=*\[/y;
  bracket.lastIndex = at;
  return bracket.exec(text) ?? [];
}

function endOfLine(text: string, at: number): number {
  const end = /[\r\n]/g;
  end.lastIndex = at;
  return end.exec(text)?.index ?? text.length;
}

/** Behind the quote that ends a text, or at the line's end where none does, which Lua refuses. */
function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === quote) return at + 1;
    if (sign === "\n" || sign === "\r") return at;
    if (sign !== "\\") continue;
    at += 1;
    // A line's end that is escaped is part of the text, and `\z` passes over all that is blank.
    if (text.charAt(at) === "\r" && text.charAt(at + 1) === "\n") at += 1;
    if (text.charAt(at) === "z") while (/\s/.test(text.charAt(at + 1))) at += 1;
  }
  return text.length;
}
