import { createHash } from "node:crypto";
import { kustomizationName } from "./kustomization";
import { type ObjectId, objectKey } from "./objectId";
import { stageFolder, stageOf } from "./stages";

/** The folder of objects that belong to no namespace. */
export const clusterFolder = "cluster";

/** Well below what file systems take, with room for a suffix. */
const longest = 180;

/** A name that is one step of a path on every file system, whatever it is made from. */
export function safeName(text: string): string {
  const safe = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "");
  return safe === "" || safe.length > longest
    ? `${safe.slice(0, longest)}${safe === "" ? "" : "-"}${hash(text)}`
    : safe;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/**
 * The file of each object, `<stage>/<namespace>/<kind>-<name>.yaml`. Objects whose files would be the same, such as two
 * Gateways of different APIs or names that differ in a character that no file name has, all get a suffix made from what
 * they are.
 */
export function fileNames(ids: readonly ObjectId[]): string[] {
  const plain = ids.map(plainName);
  const uses = new Map<string, number>();
  for (const name of plain) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return ids.map((id, index) => {
    const name = plain[index] ?? "";
    const file = `${name}.yaml`;
    const taken = (uses.get(name) ?? 0) > 1 || file.endsWith(`/${kustomizationName}`);
    return taken ? `${name}-${hash(objectKey(id))}.yaml` : file;
  });
}

function plainName(id: ObjectId): string {
  const folder = id.namespace === undefined ? clusterFolder : safeName(id.namespace);
  return `${stageFolder(stageOf(id))}/${folder}/${safeName(`${id.kind}-${id.name}`)}`;
}
