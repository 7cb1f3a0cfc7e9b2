import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Of a folder that is still being made; the number is the process that makes it. */
const unfinished = /^\.making-(\d+)-/;

/** Folders by the hash of what they are made from; each is there in full or not at all. */
export class Store {
  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#removeLeftOvers();
  }

  /** Whatever goes into the key decides what the folder holds; the same key means the same content. */
  place(name: string, madeFrom: unknown): string {
    const hash = createHash("sha256").update(JSON.stringify(madeFrom)).digest("hex");
    return join(this.directory, `${name}-${hash.slice(0, 16)}`);
  }

  /** Makes the folder if it is not there; a reader never sees it half made, and a failure leaves nothing. */
  async provide(place: string, make: (folder: string) => Promise<void>): Promise<string> {
    if (existsSync(place)) {
      return place;
    }
    const folder = mkdtempSync(join(this.directory, `.making-${process.pid}-`));
    try {
      await make(folder);
      // mkdtemp lets nobody else in, and pods do not all run as root.
      chmodSync(folder, 0o755);
      try {
        renameSync(folder, place);
      } catch (error) {
        // Another process was faster, and made the same.
        if (!existsSync(place)) {
          throw error;
        }
      }
      return place;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What a killed process left. */
  #removeLeftOvers(): void {
    for (const entry of readdirSync(this.directory)) {
      const process = unfinished.exec(entry)?.[1];
      if (process !== undefined && !isAlive(Number(process))) {
        rmSync(join(this.directory, entry), { recursive: true, force: true });
      }
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
