import { posix } from "node:path";
import { withoutTrailing } from "../../documents/withoutTrailing";
import { isMap, join, listAt, mapAt } from "../manifest";
import { type Member } from "../rule";
import { type Container } from "./containers";
import { type FoundText, memberFor, notAmong, textAt } from "./texts";

/** Why nobody can see what a container reads. */
export interface Unseen {
  readonly about: Member;
  readonly field: string;
  /** In a sentence without the field. */
  readonly message: string;
}

/** The text that a container has at a path, by its volumes. */
export function fileAt(
  about: Member,
  container: Container,
  field: string,
  given: string,
  namespace: string,
  members: readonly Member[],
): FoundText | Unseen {
  const place = join(container.field, "volumeMounts");
  const mounts = listAt(container.spec["volumeMounts"], place).map((mounted, index) => {
    const mount = mapAt(mounted, join(place, index));
    return { mount, directory: withoutTrailing(posix.normalize(String(mount["mountPath"])), "/") };
  });
  const path = posix.normalize(given);
  // The one that is mounted deepest hides what others have there.
  for (const { mount, directory } of mounts.sort((a, b) => b.directory.length - a.directory.length)) {
    const subPath = typeof mount["subPath"] === "string" ? mount["subPath"] : "";
    if (path !== directory && !path.startsWith(`${directory}/`)) continue;
    const below = path.slice(directory.length + 1);
    const file = [subPath, below].filter((part) => part !== "").join("/");
    const problem = (message: string): Unseen => ({ about, field, message });
    const sources = sourcesOf(container, String(mount["name"]));
    for (const { kind, name, items } of sources) {
      const key = items ? items.get(file) : file;
      if (key === undefined) continue;
      const member = memberFor(members, { kind, name, namespace });
      if (!member) return problem(notAmong(kind, name));
      const text = textAt(member, key);
      if (text) return text;
    }
    return problem(`reads ${given}, which no ConfigMap or Secret of these objects has. Hand it in with them.`);
  }
  return { about, field, message: `reads ${given}, which is no file of a ConfigMap or a Secret. Mount it from one.` };
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
