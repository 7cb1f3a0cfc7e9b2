import { replaceTokens } from "./tokens/inText";

/**
 * Takes tokens and cookies out of a text. A check should never quote them; this is for the text of an error that does.
 */
export function withoutTokens(text: string): string {
  return replaceTokens(text, "[token]")
    .replaceAll(/\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi, "$1[token]")
    .replaceAll(/(__(?:Secure|Host)-[\w-]{1,100}=)[^;,\s"']+/g, "$1[cookie]");
}
