import { claimsToBeDexConfig, isDexConfig, mentionsDex, readDexConfig } from "../../documents/dex/reader";
import { UnreadableText } from "../../documents/unreadable";
import { groupOf, isMap, join, listAt, type Manifest, mapAt, UnexpectedShape } from "../manifest";
import { type Finding, inspect, type Unchecked, unchecked } from "../rule";
import { templateMaps, type TextEntry, type TextMap, textMaps } from "../texts";
import { allReleasesOf, chartValuesOf } from "./chartValues";
import { known } from "./known";
import { isForKubernetes } from "./secretTypes";

/** A configuration of Dex. */
export interface DexDocument {
  /** Where its keys begin, for example `data["config.yaml"]: `. */
  readonly root: string;
  readonly config: Record<string, unknown>;
  /** Whether everybody can read it who may read a ConfigMap. */
  readonly inTheOpen: boolean;
}

/** The name of Dex's chart, and the key of its values in another chart. */
export const dexChart = /^([\w.-]*-)?dex$/i;

const remembered = new WeakMap<Manifest, readonly (DexDocument | Unchecked)[]>();

/**
 * Looks at each configuration of Dex in an object: a text of a ConfigMap or a Secret, or `config` among a chart's values.
 * A text that can't be read is a finding of forbid-skip-verify already, and one is enough.
 */
export function inDexDocuments(manifest: Manifest, look: (document: DexDocument) => Finding[]): Finding[] {
  const found = remembered.get(manifest) ?? [...inTexts(manifest), ...inValues(manifest)];
  // Every rule asks for the same.
  remembered.set(manifest, found);
  return found.flatMap((one) => ("kind" in one ? [one] : inspect(() => look(one))));
}

function inTexts(manifest: Manifest): (DexDocument | Unchecked)[] {
  return [...textMaps(manifest), ...templateMaps(manifest)].flatMap((map): readonly (DexDocument | Unchecked)[] => {
    const entries = known(() => entriesIn(map));
    if (!entries.known) return isForKubernetes(manifest) ? [] : [unchecked(entries.cause)];
    return entries.value.flatMap((entry): readonly (DexDocument | Unchecked)[] => {
      const found = known(() => inEntry(manifest, entry));
      if (found.known) return found.value;
      return isForKubernetes(manifest, entry.name) ? [] : [unchecked(found.cause)];
    });
  });
}

function inValues(manifest: Manifest): (DexDocument | Unchecked)[] {
  const all = known(() => chartValuesOf(manifest, dexChart));
  if (!all.known) return [unchecked(all.cause)];
  const named = all.value.flatMap(({ field, values }): readonly (DexDocument | Unchecked)[] => {
    const config = known(() => values["config"]);
    if (!config.known) return [unchecked(config.cause)];
    // The chart puts it into a Secret.
    return isMap(config.value)
      ? [{ root: join(field, "config"), config: inOneCase(config.value), inTheOpen: false }]
      : [];
  });
  const roots = new Set(named.map((one) => ("root" in one ? one.root : "")));
  const found = allReleasesOf(manifest).flatMap(({ field, values }) => inside(field, values, false));
  return [...named, ...found.filter(({ root }) => !roots.has(root))];
}

/** Deeper than charts in charts. */
const deepest = 8;

/** Every configuration of Dex in values, as a map or as a text, whatever the keys before it are called. */
function inside(field: string, value: unknown, inTheOpen: boolean, depth = 0): DexDocument[] {
  if (typeof value === "string") return inText(field, "", value, inTheOpen);
  if (!isMap(value) || depth > deepest) return [];
  // What is unknown at preview is told by the rules that know the chart.
  const shaped = known(() => isDexConfig(value));
  if (shaped.known && shaped.value) return [{ root: field, config: inOneCase(value), inTheOpen }];
  return Object.keys(value).flatMap((key) => {
    const part = known(() => value[key]);
    return part.known ? inside(join(field, key), part.value, inTheOpen, depth + 1) : [];
  });
}

function inEntry(manifest: Manifest, entry: TextEntry): DexDocument[] {
  const text = entry.read();
  return text === undefined ? [] : inText(entry.field, entry.name, text, manifest.kind !== "Secret");
}

/** A configuration, or the values of a chart that hold one, such as Argo CD and Flux take from a ConfigMap. */
function inText(field: string, name: string, text: string, inTheOpen: boolean): DexDocument[] {
  const root = `${field}: `;
  if (claimsToBeDexConfig(name, text)) {
    const config = readable(text);
    return config ? [{ root, config: inOneCase(config), inTheOpen }] : [];
  }
  if (!mentionsDex(text)) return [];
  const values = readable(text);
  return values === undefined || "apiVersion" in values ? [] : inside(root, values, inTheOpen);
}

/** A map that is none, which the API server refuses, is a finding of forbid-skip-verify as well. */
function entriesIn(map: TextMap): readonly TextEntry[] {
  try {
    return map.entries();
  } catch (error) {
    if (error instanceof UnexpectedShape) return [];
    throw error;
  }
}

function readable(text: string): Record<string, unknown> | undefined {
  try {
    return readDexConfig(text);
  } catch (error) {
    if (error instanceof UnreadableText) return undefined;
    throw error;
  }
}

/** The keys that the rules ask for, in Dex's own spelling. */
const spellings = new Map(
  [
    "absoluteLifetime",
    "addr",
    "allowedConnectors",
    "allowedOrigins",
    "config",
    "connectors",
    "disableRotation",
    "email",
    "enablePasswordDB",
    "expiry",
    "grantTypes",
    "grpc",
    "hash",
    "issuer",
    "level",
    "logger",
    "oauth2",
    "passwordConnector",
    "public",
    "redirectURIs",
    "refreshTokens",
    "responseTypes",
    "staticClients",
    "staticPasswords",
    "storage",
    "tlsClientCA",
    "tlsMinVersion",
    "type",
    "web",
  ].map((key) => [key.toLowerCase(), key]),
);

/**
 * A view of a map with those keys in that spelling: Go's encoding/json takes `EnablePasswordDB` for `enablePasswordDB`.
 * Values are read when somebody asks for them, because each can be unknown at preview.
 */
function inOneCase(map: Record<string, unknown>): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const key of Object.keys(map)) {
    const name = spellings.get(key.toLowerCase()) ?? key;
    // Which of the two counts is up to their order.
    if (Object.hasOwn(view, name)) throw new Error(`${name} stands twice in Dex's configuration, in different case`);
    Object.defineProperty(view, name, { enumerable: true, get: () => viewOfValue(map[key]) });
  }
  return view;
}

function viewOfValue(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    return Array.from({ length: items.length }, (_, index) => viewOfValue(items[index]));
  }
  return isMap(value) ? inOneCase(value) : value;
}

/** A map inside a configuration; empty where it is absent. */
export function sectionOf({ root, config }: DexDocument, ...keys: readonly string[]) {
  let field = root;
  let section = config;
  for (const key of keys) {
    field = join(field, key);
    section = mapAt(section[key], field);
  }
  return { field, section };
}

/** An entry of a list, in the configuration or as an object of its own in Dex's storage. */
export interface DexEntry {
  readonly field: string;
  readonly entry: Record<string, unknown>;
  readonly inTheOpen: boolean;
}

/** The entries of a list in a configuration. */
export function entriesOf({ root, config, inTheOpen }: DexDocument, list: string): DexEntry[] {
  const place = join(root, list);
  return listAt(config[list], place).map((entry, index) => {
    const field = join(place, index);
    return { field, entry: mapAt(entry, field), inTheOpen };
  });
}

/** Dex's objects in the cluster have the entry's fields at their top (storage/kubernetes/types.go). */
export function storedEntry(manifest: Manifest, kind: string): DexEntry[] {
  if (groupOf(manifest) !== "dex.coreos.com" || manifest.kind !== kind) return [];
  return [{ field: "", entry: manifest, inTheOpen: true }];
}

/** A connector among them, whose settings are JSON in base64. */
export function storedConnectors(manifest: Manifest): DexEntry[] {
  return storedEntry(manifest, "Connector").map((stored) => {
    const { config } = stored.entry;
    const text = typeof config === "string" ? Buffer.from(config, "base64").toString("utf8") : "";
    return { ...stored, entry: inOneCase({ type: stored.entry["type"], config: readable(text) }) };
  });
}

/** A key with the value that it has, somewhere in a configuration. */
export interface Leaf {
  readonly key: string;
  readonly field: string;
  readonly value: unknown;
}

/** Every key whose value is neither a map nor a list of maps, however deep. */
export function leavesOf(field: string, value: unknown, key = "", depth = 0): Leaf[] {
  // No configuration is deeper, and a text that holds itself ends here.
  if (depth > 32) return [{ key, field, value: "nested too deep" }];
  if (Array.isArray(value)) {
    return (value as unknown[]).flatMap((item, index) => leavesOf(join(field, index), item, key, depth + 1));
  }
  if (!isMap(value)) return [{ key, field, value }];
  return Object.keys(value).flatMap((name) => leavesOf(join(field, name), value[name], name, depth + 1));
}

/** What Dex replaces by an environment variable (`os.ExpandEnv`), or an operator by what it keeps secret. */
export function isReference(text: string): boolean {
  return /^(\$(\w+|\{\w+\})|\{\{[^{}]*\}\})$/.test(text);
}
