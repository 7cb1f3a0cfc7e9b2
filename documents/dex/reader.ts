import { UnreadableText } from "../unreadable";
import { readYaml } from "../yaml";

const format = "Dex's configuration (YAML)";

/** What only Dex's configuration has at its top, in small letters: Dex reads keys in any case. */
const listsOfDex = ["connectors", "staticclients", "staticpasswords"];
const keysOfDex = ["issuer", "storage", "oauth2", "enablepassworddb", ...listsOfDex];

/** The storages that Dex has (`storages` in cmd/dex/config.go); with another one it doesn't start. */
const storages = ["etcd", "kubernetes", "memory", "mysql", "postgres", "sqlite3"];

/**
 * Whether a text is meant for `dex serve`: it names an issuer and one of the sections that only Dex has. Settings of other
 * programs have an issuer and a storage, too, so that it is what stands in them that counts.
 */
export function claimsToBeDexConfig(name: string, text: string): boolean {
  const isNamed = isNamedAfterDex(name);
  if (!isNamed && !mentionsDex(text)) return false;
  let documents: unknown[];
  try {
    documents = readYaml(text, "Kubernetes");
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    return isNamed || (has(text, "issuer") && ["storage", ...listsOfDex].some((section) => has(text, section)));
  }
  const [document] = documents;
  if (isDexConfig(document)) return true;
  if (!isNamed) return false;
  // Charts' values, dashboards and manifests are named after Dex, too.
  return document === undefined || document === null || keysOfDex.some((key) => valueAt(document, key) !== undefined);
}

function isNamedAfterDex(name: string): boolean {
  const [last = ""] = name.split(/[^\w.-]/).slice(-1);
  return /\.(ya?ml|json)$/i.test(last) && /(^|[-_.])dex/i.test(last);
}

/** Whether a text may be Dex's configuration or hold it, told without reading it. */
export function mentionsDex(text: string): boolean {
  const lowered = text.toLowerCase();
  return lowered.includes("issuer") && ["storage", ...listsOfDex].some((section) => lowered.includes(section));
}

/** Whether a value is Dex's configuration. */
export function isDexConfig(value: unknown): boolean {
  if (valueAt(value, "issuer") === undefined || valueAt(value, "apiversion") !== undefined) return false;
  if (valueAt(value, "enablepassworddb") !== undefined) return true;
  if (listsOfDex.some((key) => Array.isArray(valueAt(value, key)))) return true;
  const type = valueAt(valueAt(value, "storage"), "type");
  return typeof type === "string" && (storages.includes(type) || valueAt(value, "oauth2") !== undefined);
}

/** A map's value by its key in any case; nothing where there is no map. */
function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const found = Object.keys(value).find((name) => name.toLowerCase() === key);
  return found === undefined ? undefined : (value as Record<string, unknown>)[found];
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
    return readYaml(text, "Kubernetes");
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
