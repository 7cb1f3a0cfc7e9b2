import { join, type Manifest, mapAt } from "./manifest";

/** One value of a ConfigMap or a Secret. */
export interface TextEntry {
  /** Where it stands, for example `data["oauth2_proxy.cfg"]`. */
  readonly field: string;
  /** Its key: the file's name when the map is mounted, the variable's when it becomes an environment. */
  readonly name: string;
  /** Reads and decodes the text; nothing when there is none. */
  read(): string | undefined;
}

/** A map of texts in a ConfigMap or a Secret. Read field by field, because each can be unknown at preview. */
export interface TextMap {
  readonly field: string;
  entries(): TextEntry[];
}

/** The maps of a ConfigMap or a Secret; none for other kinds, whose strings stand where they are used. */
export function textMaps(manifest: Manifest): readonly TextMap[] {
  if (manifest.apiVersion !== "v1") return [];
  if (manifest.kind === "ConfigMap") return [textMap(manifest, "data", plain), textMap(manifest, "binaryData", base64)];
  if (manifest.kind === "Secret") return [textMap(manifest, "stringData", plain), textMap(manifest, "data", base64)];
  return [];
}

function textMap(manifest: Manifest, field: string, decode: (value: unknown) => string | undefined): TextMap {
  return {
    field,
    entries() {
      const values = mapAt(manifest[field], field);
      return Object.keys(values).map((name) => ({ field: join(field, name), name, read: () => decode(values[name]) }));
    },
  };
}

function plain(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  // Only strings are valid here, but a file that has not met the API server may hold `true` without quotes.
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Bytes that are no UTF-8 become replacement signs: one stray byte in a comment must not hide the rest of a file. */
function base64(value: unknown): string | undefined {
  const encoded = plain(value);
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}
