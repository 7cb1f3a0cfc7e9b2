import { claimsToBeDexConfig, readDexConfig } from "./dex/reader";
import { claimsToBeAlphaConfig, claimsToBeConfig, readAlphaConfig, readConfig } from "./oauth2-proxy/reader";
import { readToml } from "./toml";
import { UnreadableText } from "./unreadable";
import { readYaml } from "./yaml";

/** What a text in a ConfigMap or a Secret turned out to be. */
export type Recognised =
  | { readonly kind: "oauth2-proxy"; readonly document: Record<string, unknown> }
  | { readonly kind: "oauth2-proxy alpha"; readonly document: Record<string, unknown> }
  | { readonly kind: "dex"; readonly document: Record<string, unknown> }
  /** Some other YAML, JSON or TOML. */
  | { readonly kind: "structured"; readonly documents: readonly unknown[] }
  /** A script, a template, a word: nothing that has keys. */
  | { readonly kind: "plain" };

/**
 * Tells by a text's file name and content what it is, and reads it.
 *
 * A text that claims to be a configuration we know must be readable as one, or `UnreadableText` says where it isn't.
 * Any other text that doesn't parse is plain.
 */
export function recognise(name: string, text: string): Recognised {
  if (claimsToBeDexConfig(name, text)) return { kind: "dex", document: readDexConfig(text) };
  if (claimsToBeAlphaConfig(name, text)) return { kind: "oauth2-proxy alpha", document: readAlphaConfig(text) };
  if (claimsToBeConfig(name, text)) return { kind: "oauth2-proxy", document: readConfig(text) };
  const documents = attempt(() =>
    looksLikeToml(name) ? [readToml(text)] : looksLikeYaml(name, text) ? readYaml(text) : [],
  );
  const structured = documents.filter((document) => typeof document === "object" && document !== null);
  return structured.length > 0 ? { kind: "structured", documents } : { kind: "plain" };
}

function looksLikeToml(name: string): boolean {
  return /\.(toml|cfg|conf)$/i.test(name);
}

/** By the file's ending, or by a first line that opens a map or a list. Spares the parser every short string. */
function looksLikeYaml(name: string, text: string): boolean {
  if (/\.(ya?ml|json)$/i.test(name)) return true;
  const firstLine = text.split("\n").find((line) => line.trim() !== "" && !line.trimStart().startsWith("#")) ?? "";
  return /^\s*(?:---|[{[]|- |["']?[\w./-]+["']?[ \t]*:(?:[ \t\r]|$))/.test(firstLine);
}

function attempt(read: () => unknown[]): unknown[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableText) return [];
    throw error;
  }
}
