import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../../cli/exit";

/** Stands in every folder that a run made, so that no other one is ever emptied. */
const marker = ".gatehouse-e2e";

/** Makes the folder for the reports; an earlier run's are replaced, and anything else is refused. */
export function outFolder(path: string): void {
  if (existsSync(path)) {
    const isFolder = statSync(path).isDirectory();
    if (!isFolder || (readdirSync(path).length > 0 && !existsSync(join(path, marker)))) {
      const value = `${path}: ${isFolder ? "holds files that no run of e2e wrote" : "is no folder"}`;
      throw new BadInput("The reports can't be written; nothing was removed.", [
        { key: "--out", value, mend: "name an empty folder, one that is not there, or an earlier run's" },
      ]);
    }
    rmSync(path, { recursive: true });
  }
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, marker), "Written by npm run e2e, which replaces this folder.\n");
}
