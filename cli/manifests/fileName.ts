import { createHash } from "node:crypto";
import { type ObjectId, objectKey } from "./objectId";

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
 * The file of each object, `<namespace>/<kind>-<name>.yaml`. Objects whose files would be the same, such as two Gateways
 * of different APIs or names that differ in a character that no file name has, all get a suffix made from what they are.
 */
export function fileNames(ids: readonly ObjectId[]): string[] {
  const plain = ids.map(plainName);
  const uses = new Map<string, number>();
  for (const name of plain) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return ids.map((id, index) => {
    const name = plain[index] ?? "";
    return (uses.get(name) ?? 0) > 1 ? `${name}-${hash(objectKey(id))}.yaml` : `${name}.yaml`;
  });
}

function plainName({ kind, namespace, name }: ObjectId): string {
  const folder = namespace === undefined ? clusterFolder : safeName(namespace);
  return `${folder}/${safeName(`${kind}-${name}`)}`;
}
