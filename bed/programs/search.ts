import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian keeps these out of an ordinary person's PATH, and iptables and ip live there. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of a program on PATH, or in one of the further folders. */
export function onPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, ...systemFolders].map((folder) => join(folder, name)).find(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
