import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { BadInput, Failure } from "../exit";
import { type ObjectSet } from "./changes";
import { fileNames } from "./fileName";
import { type GeneratedValue } from "./generated";
import { kustomizationName, kustomizations } from "./kustomization";
import { linkOnTheWay, markerName, readMarker, writeMarker } from "./marker";
import { type ObjectId } from "./objectId";
import { type Plain, type PlainObject } from "./shape";
import { toYaml } from "./yaml";

const generatedSchema = z.array(
  z.object({
    apiVersion: z.string(),
    kind: z.string(),
    namespace: z.string().optional(),
    name: z.string(),
    path: z.string(),
    why: z.enum(["unknown", "secret"]),
    from: z.array(z.string()),
  }),
);

export interface OutputArgs {
  directory: string;
  project: string;
  stack: string;
  objects: { id: ObjectId; value: PlainObject }[];
  generated: readonly GeneratedValue[];
}

/** Refuses a folder that holds anything but an earlier output of the same stack. */
export function checkOutputFolder(directory: string, project: string, stack: string): void {
  if (!existsSync(directory)) {
    return;
  }
  const refuse = (value: string): never => {
    throw new BadInput("The folder for the output cannot be used; nothing was written.", [
      { key: "--out", value, mend: "name an empty folder, or an earlier output of this stack" },
    ]);
  };
  if (!lstatSync(directory).isDirectory()) {
    refuse(`${directory} (not a folder)`);
  }
  if (readdirSync(directory).length === 0) {
    return;
  }
  const marker = readMarker(directory);
  if (marker === undefined) {
    refuse(`${directory} (holds something else)`);
  } else if (marker.project !== project || marker.stack !== stack) {
    refuse(`${directory} (holds stack ${marker.stack} of project ${marker.project})`);
  }
}

/** Writes the objects, and removes files of the earlier output that are not part of this one. */
export function writeOutput({ directory, project, stack, objects, generated }: OutputArgs): string[] {
  checkOutputFolder(directory, project, stack);
  const names = fileNames(objects.map(({ id }) => id));
  const files = new Map<string, string>();
  for (const [index, { value }] of objects.entries()) {
    files.set(names[index] ?? "", toYaml(value));
  }
  if (files.size !== objects.length) {
    throw new Failure("Two objects would be written to the same file.");
  }
  const order = objects.map(({ id }, index) => ({ id, file: names[index] ?? "" }));
  for (const [name, content] of kustomizations(order)) {
    files.set(name, content);
  }
  files.set("generated.json", `${JSON.stringify(generated, null, 2)}\n`);

  const earlier = readMarker(directory)?.files ?? [];
  const present = [...files.keys()].sort();
  refuseLinks(directory, [markerName, ...present, ...earlier]);
  mkdirSync(directory, { recursive: true });
  // First a marker for the old and the new files: whatever happens now, the folder stays recognisable as ours.
  writeMarker(directory, { project, stack, files: [...new Set([...earlier, ...present])].sort() });
  for (const [name, content] of files) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  for (const name of earlier.filter((name) => !files.has(name))) {
    rmSync(join(directory, name), { force: true });
    removeEmptyFolders(directory, dirname(name));
  }
  writeMarker(directory, { project, stack, files: present });
  return present;
}

/** A link in the folder would lead the writing, or the removing, out of it. Nothing has been written when this is said. */
function refuseLinks(directory: string, names: readonly string[]): void {
  for (const name of names) {
    const link = linkOnTheWay(directory, name);
    if (link !== undefined) {
      throw new BadInput("The folder for the output cannot be used.", [
        { key: "--out", value: `${link} (a symbolic link)`, mend: "remove the link, or name another folder" },
      ]);
    }
  }
}

/** Removes a folder of the output that nothing is in any more, and those above it that only held it. */
function removeEmptyFolders(directory: string, folder: string): void {
  for (let name = folder; name !== "."; name = dirname(name)) {
    const path = join(directory, name);
    if (!existsSync(path)) {
      continue;
    }
    if (readdirSync(path).length > 0) {
      return;
    }
    rmdirSync(path);
  }
}

/** Reads an earlier output, to compare with it. */
export function readOutput(directory: string): ObjectSet {
  within(directory, markerName);
  const marker = readMarker(directory);
  if (marker === undefined) {
    throw new BadInput("There is nothing to compare with.", [
      {
        key: "--against",
        value: existsSync(directory) ? `${directory} (not an output of gatehouse)` : `${directory} (not there)`,
        mend: "name a folder that an earlier --out wrote",
      },
    ]);
  }
  const objects: ObjectSet["objects"] = [];
  for (const name of marker.files) {
    const path = within(directory, name);
    // Whoever removed a file by hand has removed the object.
    if (isObjectFile(name) && existsSync(path)) {
      const value = readFile(path, parse) as Plain;
      const id = idOf(value);
      if (id === undefined) {
        throw unreadable(path);
      }
      objects.push({ id, value });
    }
  }
  const list = within(directory, "generated.json");
  return {
    objects,
    generated: existsSync(list) ? readFile(list, (text) => generatedSchema.parse(JSON.parse(text))) : [],
  };
}

/** Objects are in folders: by stage and namespace, in outputs of earlier versions by namespace only. */
function isObjectFile(name: string): boolean {
  return name.includes("/") && basename(name) !== kustomizationName;
}

/** The path of a file of an earlier output, which no link may lead elsewhere. */
function within(directory: string, name: string): string {
  const link = linkOnTheWay(directory, name);
  if (link !== undefined) {
    throw unreadable(`${link} (a symbolic link)`);
  }
  return join(directory, name);
}

function readFile<T>(path: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(path, "utf8"));
  } catch {
    // The parser's own message would quote the file.
    throw unreadable(path);
  }
}

function unreadable(path: string): BadInput {
  return new BadInput("An earlier output cannot be read.", [
    { key: "--against", value: path, mend: "restore the file, or write the output anew" },
  ]);
}

function idOf(value: Plain): ObjectId | undefined {
  const { apiVersion, kind, metadata } = (value ?? {}) as Record<string, unknown>;
  const { name, namespace } = (metadata ?? {}) as Record<string, unknown>;
  return typeof apiVersion === "string" && typeof kind === "string" && typeof name === "string"
    ? { apiVersion, kind, ...(typeof namespace === "string" ? { namespace } : {}), name }
    : undefined;
}
