import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { BadInput, Failure } from "../exit";
import { kustomization } from "./applyOrder";
import { type ObjectSet } from "./changes";
import { fileNames } from "./fileName";
import { type GeneratedValue } from "./generated";
import { type ObjectId } from "./objectId";
import { type Plain, type PlainObject } from "./shape";
import { toYaml } from "./yaml";

/** Says that a folder is ours, and which of its files are. */
const markerName = ".gatehouse.json";

const markerSchema = z.object({
  format: z.literal("gatehouse.out/v1"),
  project: z.string(),
  stack: z.string(),
  // Whatever somebody wrote into the marker, only files below the folder are ever read or removed.
  files: z.array(z.string().regex(/^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)?$/i)),
});

type Marker = z.infer<typeof markerSchema>;

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
  files.set("kustomization.yaml", kustomization(order));
  files.set("generated.json", `${JSON.stringify(generated, null, 2)}\n`);

  const earlier = readMarker(directory)?.files ?? [];
  const present = [...files.keys()].sort();
  mkdirSync(directory, { recursive: true });
  // First a marker for the old and the new files: whatever happens now, the folder stays recognisable as ours.
  writeMarker(directory, { project, stack, files: [...new Set([...earlier, ...present])].sort() });
  for (const [name, content] of files) {
    const path = join(directory, name);
    refuseLinks(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  for (const name of earlier.filter((name) => !files.has(name))) {
    refuseLinks(directory, name);
    rmSync(join(directory, name), { force: true });
    removeIfEmpty(directory, dirname(name));
  }
  writeMarker(directory, { project, stack, files: present });
  return present;
}

function writeMarker(directory: string, marker: Omit<Marker, "format">): void {
  const content = `${JSON.stringify({ format: "gatehouse.out/v1", ...marker }, null, 2)}\n`;
  refuseLinks(directory, markerName);
  writeFileSync(join(directory, markerName), content);
}

/** A link in the folder would lead the writing out of it. */
function refuseLinks(directory: string, name: string): void {
  for (const path of [dirname(name), name].filter((step) => step !== ".").map((step) => join(directory, step))) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new BadInput("The folder for the output cannot be used.", [
        { key: "--out", value: `${path} (a symbolic link)`, mend: "remove the link, or name another folder" },
      ]);
    }
  }
}

function removeIfEmpty(directory: string, folder: string): void {
  const path = join(directory, folder);
  if (folder !== "." && existsSync(path) && readdirSync(path).length === 0) {
    rmdirSync(path);
  }
}

function readMarker(directory: string): Marker | undefined {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(join(directory, markerName), "utf8")));
  } catch {
    return undefined;
  }
}

/** Reads an earlier output, to compare with it. */
export function readOutput(directory: string): ObjectSet {
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
    const path = join(directory, name);
    // Whoever removed a file by hand has removed the object.
    if (name.includes("/") && existsSync(path)) {
      const value = readFile(path, parse) as Plain;
      const id = idOf(value);
      if (id === undefined) {
        throw unreadable(path);
      }
      objects.push({ id, value });
    }
  }
  const list = join(directory, "generated.json");
  return {
    objects,
    generated: existsSync(list) ? readFile(list, (text) => generatedSchema.parse(JSON.parse(text))) : [],
  };
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
