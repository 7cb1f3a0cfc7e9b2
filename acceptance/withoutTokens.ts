/**
 * Takes tokens and cookies out of a text. A check should never quote them; this is for the text of an error that does.
 */
export function withoutTokens(text: string): string {
  return text
    .replaceAll(/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, "[token]")
    .replaceAll(/\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi, "$1[token]")
    .replaceAll(/(__(?:Secure|Host)-[\w-]+=)[^;,\s"']+/g, "$1[cookie]");
}
