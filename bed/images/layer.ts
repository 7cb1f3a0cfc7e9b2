import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { tar, type TarEntry } from "./tar";

/** What lies in an image: a file or folder of this machine, a text, a link, or an empty folder. */
export type Content =
  { from: string; mode?: number } | { text: string; mode?: number } | { link: string } | { folder: true; mode: number };

/** Absolute paths in the image, each with what lies there. */
export type Files = Readonly<Record<string, Content>>;

/** A layer as the chunks of its tar archive: sorted, without times, so that the same content is the same layer. */
export function layer(files: Files): Buffer[] {
  const entries = new Map<string, TarEntry>();
  for (const [path, content] of Object.entries(files)) {
    for (const entry of entriesOf(path.replace(/^\//, ""), content)) {
      entries.set(entry.path, entry);
    }
  }
  for (const path of [...entries.keys()]) {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      if (!entries.has(folder)) {
        entries.set(folder, { kind: "folder", path: folder, mode: 0o755 });
      }
    }
  }
  // By code units and not by a locale; a folder comes before what is in it.
  return tar([...entries.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)));
}

function entriesOf(path: string, content: Content): TarEntry[] {
  if ("text" in content) {
    return [{ kind: "file", path, mode: content.mode ?? 0o644, content: Buffer.from(content.text) }];
  }
  if ("link" in content) {
    return [{ kind: "link", path, target: content.link }];
  }
  if ("folder" in content) {
    return [{ kind: "folder", path, mode: content.mode }];
  }
  return copied(path, content.from, content.mode);
}

function copied(path: string, from: string, mode?: number): TarEntry[] {
  const stat = statSync(from);
  if (stat.isDirectory()) {
    const inside = readdirSync(from).flatMap((name) => copied(`${path}/${name}`, join(from, name)));
    return [{ kind: "folder", path, mode: 0o755 }, ...inside];
  }
  return [
    { kind: "file", path, mode: mode ?? ((stat.mode & 0o111) === 0 ? 0o644 : 0o755), content: readFileSync(from) },
  ];
}
