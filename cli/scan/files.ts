import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Problem } from "../exit";

export interface InputFile {
  /** As it is shown. */
  readonly name: string;
  /** Where it is read; `-` is the standard input. */
  readonly path: string;
}

export interface Inputs {
  readonly files: readonly InputFile[];
  readonly problems: readonly Problem[];
}

/** The files that are meant by files, folders and `-`, each once. */
export function inputFiles(inputs: readonly string[]): Inputs {
  const files = new Map<string, InputFile>();
  const problems: Problem[] = [];
  for (const input of inputs) {
    if (input === "-") {
      files.set("-", { name: "-", path: "-" });
      continue;
    }
    try {
      const real = realpathSync(input);
      if (statSync(real).isDirectory()) new Folder(real, files, problems).read(input);
      // A pipe is what a shell makes of <(kustomize build).
      else files.set(real, { name: input, path: input });
    } catch (error) {
      problems.push(unreadable(input, error));
    }
  }
  return { files: [...files.values()], problems };
}

export function unreadable(name: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
  return code === "ENOENT"
    ? { key: name, value: "not there", mend: "name a file or folder that is there, or - for standard input" }
    : { key: name, value: `can't be read (${code})`, mend: "let this user read it, or leave it out" };
}

const looksLikeManifest = /\.(ya?ml|json)$/i;

/** A folder with all below it. */
class Folder {
  readonly #root: string;
  readonly #files: Map<string, InputFile>;
  readonly #problems: Problem[];
  readonly #seen = new Set<string>();

  constructor(root: string, files: Map<string, InputFile>, problems: Problem[]) {
    this.#root = root;
    this.#files = files;
    this.#problems = problems;
  }

  read(folder: string): void {
    // A link back up would have no end.
    const real = realpathSync(folder);
    if (this.#seen.has(real)) return;
    this.#seen.add(real);
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const name = join(folder, entry.name);
      try {
        this.#entry(entry, name);
      } catch (error) {
        this.#problems.push(unreadable(name, error));
      }
    }
  }

  #entry(entry: Dirent, name: string): void {
    const manifest = looksLikeManifest.test(entry.name);
    if (entry.isDirectory()) return this.read(name);
    if (entry.isSymbolicLink()) {
      // A broken link to who knows what; only by its name it can be told from a manifest.
      const real = manifest ? realpathSync(name) : realpathOrNothing(name);
      if (real === undefined) return;
      const kind = statSync(real);
      if (!kind.isDirectory() && !manifest) return;
      if (relative(this.#root, real).split(sep)[0] === "..") {
        this.#problems.push({
          key: name,
          value: "a link that leads out of the folder",
          mend: "name what it leads to as well, if that is to be scanned, and remove the link",
        });
      } else if (kind.isDirectory()) this.read(name);
      else if (kind.isFile()) this.#add(name, real);
      return;
    }
    if (!manifest) return;
    if (entry.isFile()) this.#add(name, realpathSync(name));
    else this.#problems.push({ key: name, value: "no file", mend: "remove it; reading it could wait for ever" });
  }

  #add(name: string, real: string): void {
    if (!this.#files.has(real)) this.#files.set(real, { name, path: name });
  }
}

function realpathOrNothing(name: string): string | undefined {
  try {
    return realpathSync(name);
  } catch {
    return undefined;
  }
}
