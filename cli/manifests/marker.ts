import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Says that a folder is ours, and which of its files are. */
export const markerName = ".gatehouse.json";

const markerSchema = z.object({
  format: z.literal("gatehouse.out/v1"),
  project: z.string(),
  stack: z.string(),
  // Whatever somebody wrote into the marker, only files below the folder are ever read or removed: at most three steps,
  // none of which begins with a dot. An output of an earlier version has two.
  files: z.array(z.string().regex(/^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*){0,2}$/i)),
});

export type Marker = z.infer<typeof markerSchema>;

/** The marker of a folder, `undefined` when it has none that can be believed. */
export function readMarker(directory: string): Marker | undefined {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(join(directory, markerName), "utf8")));
  } catch {
    return undefined;
  }
}

export function writeMarker(directory: string, marker: Omit<Marker, "format">): void {
  const content = `${JSON.stringify({ format: "gatehouse.out/v1", ...marker }, null, 2)}\n`;
  writeFileSync(join(directory, markerName), content);
}

/** The first symbolic link on the way from a folder to one of its files: following it would lead out of the folder. */
export function linkOnTheWay(directory: string, name: string): string | undefined {
  const steps = name.split("/");
  return steps
    .map((_, index) => join(directory, ...steps.slice(0, index + 1)))
    .find((path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true);
}
