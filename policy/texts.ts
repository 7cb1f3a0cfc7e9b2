import { join, type Manifest, mapAt, nameOf } from "./manifest";

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
  entries(): readonly TextEntry[];
}

/** The maps of a ConfigMap or a Secret, and the settings of a connector of Dex; none for other kinds, whose strings stand where they are used. */
export function textMaps(manifest: Manifest): readonly TextMap[] {
  if (manifest.apiVersion.startsWith("dex.coreos.com/") && manifest.kind === "Connector") return [connector(manifest)];
  if (manifest.apiVersion !== "v1" || (manifest.kind !== "ConfigMap" && manifest.kind !== "Secret")) return [];
  // Most rules ask for the same.
  const known = remembered.get(manifest);
  if (known) return known;
  const maps =
    manifest.kind === "ConfigMap"
      ? [textMap(manifest, "data", plain), textMap(manifest, "binaryData", base64)]
      : [textMap(manifest, "stringData", plain), textMap(manifest, "data", base64)];
  remembered.set(manifest, maps);
  return maps;
}

const remembered = new WeakMap<Manifest, readonly TextMap[]>();

/**
 * The texts of Secrets that an operator makes from a template (External Secrets, Sealed Secrets). They stand in the open;
 * what is secret in them, the operator puts there.
 */
export function templateMaps(manifest: Manifest): readonly TextMap[] {
  const [group] = manifest.apiVersion.split("/");
  if (group === "external-secrets.io" && /^(Cluster)?ExternalSecret$/.test(manifest.kind)) {
    const outer = manifest.kind === "ExternalSecret" ? ["spec"] : ["spec", "externalSecretSpec"];
    return [templateMap(manifest, [...outer, "target", "template", "data"])];
  }
  if (group === "bitnami.com" && manifest.kind === "SealedSecret") {
    return [templateMap(manifest, ["spec", "template", "data"])];
  }
  return [];
}

function templateMap(manifest: Manifest, steps: readonly string[]): TextMap {
  const field = steps.join(".");
  return {
    field,
    entries() {
      const values = steps.reduce<Record<string, unknown>>((map, step) => mapAt(map[step], field), manifest);
      return Object.keys(values).map((name) => ({ field: join(field, name), name, read: () => plain(values[name]) }));
    },
  };
}

/** The name of the Secret that is made from it; nothing for other objects. */
export function secretMadeBy(manifest: Manifest): string | undefined {
  if (templateMaps(manifest).length === 0) return undefined;
  const target = mapAt(mapAt(manifest["spec"], "spec")["target"], "spec.target")["name"];
  return typeof target === "string" && target !== "" ? target : nameOf(manifest);
}

/** A connector in Dex's storage keeps its settings as JSON in base64. */
function connector(manifest: Manifest): TextMap {
  const field = "config";
  return { field, entries: () => [{ field, name: "config.json", read: () => base64(manifest[field]) }] };
}

function textMap(manifest: Manifest, field: string, decode: (value: unknown) => string | undefined): TextMap {
  let entries: readonly TextEntry[] | undefined;
  return {
    field,
    entries() {
      if (entries) return entries;
      const values = mapAt(manifest[field], field);
      entries = Object.keys(values).map((name) => ({
        field: join(field, name),
        name,
        read: () => decode(values[name]),
      }));
      return entries;
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
