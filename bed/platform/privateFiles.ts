import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Makes a folder that only its owner can read, or takes the others' rights from one that is there. */
export function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return path;
}

/** Writes a file that only its owner can read; a reader sees the old text or the new one, never half of it. */
export function writePrivate(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.new`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, path);
  return path;
}

export function writePrivateJson(path: string, value: unknown): string {
  return writePrivate(path, `${JSON.stringify(value, null, 2)}\n`);
}
