import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type ObjectId } from "../../../cli/manifests/objectId";
import { type KubernetesObject } from "../cluster/object";
import { writePrivateJson } from "../privateFiles";

const schema = z.array(
  z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string().optional(), name: z.string() }),
);

/** The objects of the last deployment, in the order in which they were applied. */
export function readApplied(file: string): ObjectId[] {
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

export function writeApplied(file: string, ids: readonly ObjectId[]): void {
  writePrivateJson(file, ids);
}

export function idOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): ObjectId {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** An object as far as deleting it needs. */
export function reference({ apiVersion, kind, name, namespace }: ObjectId) {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}
