import { readAlphaConfig, readConfig } from "../../../documents/oauth2-proxy/reader";
import { UnreadableText } from "../../../documents/unreadable";
import { isMap, join, listAt, mapAt } from "../../manifest";
import { type Member, type UnknownValue } from "../../rule";
import { type Container } from "../containers";
import { known } from "../known";
import { type FoundText, memberFor, textsIn } from "../texts";
import { type AlphaSettings, alphaSettings } from "./alpha";
import { notAmong } from "./environment";
import { type Problem } from "./proxy";
import { type Layer } from "./setting";

/** The settings of a file, or why nobody can see them. */
export interface FileSettings {
  readonly layer: Layer;
  readonly alpha?: AlphaSettings;
  readonly problems: readonly Problem[];
}

export type FileFormat = "file" | "alpha file";

/** Reads a text that is one of oauth2-proxy's two configuration files. */
export function settingsInText({ about, entry }: FoundText, format: FileFormat): FileSettings {
  const inTheOpen = about.manifest.kind !== "Secret";
  return settingsInFile(about, entry.field, inTheOpen, () => entry.read() ?? "", format);
}

export function settingsInFile(
  about: Member,
  field: string,
  inTheOpen: boolean,
  read: () => string,
  format: FileFormat,
): FileSettings {
  try {
    const text = known(read);
    if (!text.known) return unknownFile(text.cause);
    const root = `${field}: `;
    if (format === "alpha file") {
      const alpha = alphaSettings(about, root, readAlphaConfig(text.value), inTheOpen);
      return { layer: { settings: alpha.core }, alpha, problems: [] };
    }
    const settings = Object.entries(readConfig(text.value)).map(([name, value]) => ({
      name: name.replaceAll("-", "_"),
      origin: "file" as const,
      about,
      field: join(root, name),
      inTheOpen,
      read: () => value,
    }));
    return { layer: { settings }, problems: [] };
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    const message = `is ${error.message}. Mend the text: what can't be read isn't checked.`;
    return { layer: { settings: [] }, problems: [{ about, field, message }] };
  }
}

export function unknownFile(unknown: UnknownValue): FileSettings {
  return { layer: { settings: [], unknown }, problems: [] };
}

/** The text that a container has at a path, by its volumes. */
export function fileAt(
  about: Member,
  container: Container,
  field: string,
  path: string,
  namespace: string,
  members: readonly Member[],
): FoundText | Problem {
  const place = join(container.field, "volumeMounts");
  for (const [index, mounted] of listAt(container.spec["volumeMounts"], place).entries()) {
    const mount = mapAt(mounted, join(place, index));
    const directory = String(mount["mountPath"]).replace(/\/+$/, "");
    const subPath = typeof mount["subPath"] === "string" ? mount["subPath"] : "";
    if (path !== directory && !path.startsWith(`${directory}/`)) continue;
    const below = path.slice(directory.length + 1);
    const file = [subPath, below].filter((part) => part !== "").join("/");
    const problem = (message: string): Problem => ({ about, field, message });
    const sources = sourcesOf(container, String(mount["name"]));
    for (const { kind, name, items } of sources) {
      const key = items ? items.get(file) : file;
      if (key === undefined) continue;
      const member = memberFor(members, { kind, name, namespace });
      if (!member) return problem(notAmong(kind, name));
      const text = textsIn(member).find(({ entry }) => entry.name === key);
      if (text) return text;
    }
    return problem(`reads ${path}, which no ConfigMap or Secret of these objects has. Hand it in with them.`);
  }
  return { about, field, message: `reads ${path}, which is no file of a ConfigMap or a Secret. Mount it from one.` };
}

interface Source {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  /** Keys by path, where only some are mounted. */
  readonly items: ReadonlyMap<string, string> | undefined;
}

function sourcesOf({ pod, podField }: Container, name: string): Source[] {
  const place = join(podField, "volumes");
  const volume = listAt(pod["volumes"], place)
    .map((one, index) => mapAt(one, join(place, index)))
    .find((one) => one["name"] === name);
  const projected = isMap(volume?.["projected"]) ? listAt(volume["projected"]["sources"], place) : [];
  return [volume, ...projected].flatMap((source) => {
    if (!isMap(source)) return [];
    return [
      ...sourceOf("ConfigMap", source["configMap"], "name"),
      ...sourceOf("Secret", source["secret"], source === volume ? "secretName" : "name"),
    ];
  });
}

function sourceOf(kind: Source["kind"], source: unknown, nameKey: string): Source[] {
  if (!isMap(source)) return [];
  const items = Array.isArray(source["items"])
    ? new Map((source["items"] as unknown[]).filter(isMap).map((item) => [String(item["path"]), String(item["key"])]))
    : undefined;
  return [{ kind, name: String(source[nameKey]), items }];
}
