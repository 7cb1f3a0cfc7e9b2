import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of a test's own. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "gatehouse-test-"));

  file(name: string, content: string | Buffer, mode = 0o644): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  /** A program that is a shell script. */
  script(name: string, lines: string): string {
    return this.file(name, `#!/bin/sh\n${lines}\n`, 0o755);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Sets variables of the environment; the returned function puts back what was there. */
export function withEnvironment(variables: Record<string, string | undefined>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  };
  Object.entries(variables).forEach(([name, value]) => set(name, value));
  return () => before.forEach(([name, value]) => set(name, value));
}

/** Gives each test of a suite a bed's state of its own; the returned function gives the folder that it is in. */
export function withBedState(): () => Folder {
  let folder: Folder;
  let restore: () => void;
  beforeEach(() => {
    folder = new Folder();
    restore = withEnvironment({ GATEHOUSE_BED_STATE: join(folder.path, "state") });
  });
  afterEach(() => {
    restore();
    folder.remove();
  });
  return () => folder;
}
