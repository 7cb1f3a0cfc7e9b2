import { UnreadableText } from "../unreadable";
import { readYaml } from "../yaml";

const format = "Dex's configuration (YAML)";

/** Whether a text is meant for `dex serve`: it names an issuer and one of the sections that only Dex has. */
export function claimsToBeDexConfig(name: string, text: string): boolean {
  if (/(^|[-_.])dex[\w.-]*\.(ya?ml|json)$/i.test(name)) return true;
  return has(text, "issuer") && ["storage", "connectors", "staticClients"].some((section) => has(text, section));
}

/** Reads Dex's configuration. Dex takes the first document of a text, so a second one is nobody's intention. */
export function readDexConfig(text: string): Record<string, unknown> {
  const [document, ...rest] = readDocuments(text);
  if (rest.length > 0) throw new UnreadableText(format, "more than one document");
  if (document === null || document === undefined) return {};
  if (typeof document !== "object" || Array.isArray(document)) throw new UnreadableText(format, "not a map");
  return document as Record<string, unknown>;
}

function readDocuments(text: string): unknown[] {
  try {
    return readYaml(text);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    throw new UnreadableText(format, error.reason, error.line, error.column);
  }
}

/** A key at the top level, in YAML or in JSON, in any case: Dex reads both with Go's encoding/json, which ignores it. */
function has(text: string, key: string): boolean {
  if (text.trimStart().startsWith("{")) return text.toLowerCase().includes(`"${key.toLowerCase()}"`);
  return new RegExp(`^["']?${key}["']?[ \\t]*:`, "im").test(text);
}
