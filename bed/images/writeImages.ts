import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { foreignPrograms } from "../programs/found";
import { type Programs } from "../programs/provide";
import { type Report, timed } from "../programs/report";
import { Store } from "../programs/store";
import { cacheDirectory } from "../state";
import { archive } from "./archive";
import { base } from "./base";
import { firewallTools } from "./firewall";
import { type Files, layer } from "./layer";
import { librariesOf } from "./libraries";
import { pauseProgram } from "./pause";
import { pauseVersion, type Recipe, recipes } from "./recipes";

export interface Images {
  /** One for each name under which an image is asked for; some share their archive. */
  archives: readonly { reference: string; path: string }[];
  /** Images whose programs are missing: pods that ask for them cannot start. */
  leftOut: readonly { reference: string; why: string }[];
}

export interface ImageOptions {
  /** Where the archives are kept. */
  directory?: string;
  /** What is put together; all that the bed knows where it is missing. */
  list?: readonly Recipe[];
}

/** Puts the images together that are not there yet, from the programs that are there. */
export async function writeImages(programs: Programs, report: Report, options: ImageOptions = {}): Promise<Images> {
  const { directory = join(cacheDirectory(), "images") } = options;
  const list = options.list ?? recipes((program) => programs.version(program) ?? "unknown");
  const store = new Store(directory);
  return timed(report, "images", async () => {
    const shared = new SharedLayers();
    const archives: { reference: string; path: string }[] = [];
    const leftOut: { reference: string; why: string }[] = [];
    // One after the other: the largest holds a hundred megabytes in memory.
    for (const recipe of list) {
      const why = missing(recipe, programs);
      if (why !== undefined) {
        leftOut.push(...(recipe.onDemand === true ? [] : recipe.references.map((reference) => ({ reference, why }))));
        continue;
      }
      otherVersions(recipe, programs).forEach(report);
      const { path, isNew } = await write(recipe, programs, store, shared);
      archives.push(...recipe.references.map((reference) => ({ reference, path })));
      if (isNew) {
        report(`images: ${recipe.references[0] ?? ""} (${Math.round(statSync(path).size / 1e6)} MB)`);
      }
    }
    return { archives, leftOut };
  });
}

/** Layers that several images have; the same layer is kept once by containerd. */
class SharedLayers {
  readonly base = layer(base());
  #firewall: Promise<Buffer[]> | undefined;

  firewall(): Promise<Buffer[]> {
    return (this.#firewall ??= firewallTools().then(layer));
  }
}

async function write(
  recipe: Recipe,
  programs: Programs,
  store: Store,
  shared: SharedLayers,
): Promise<{ path: string; isNew: boolean }> {
  const layers = [
    ...(recipe.bare === true ? [] : [shared.base]),
    ...(recipe.firewall === true ? [await shared.firewall()] : []),
    layer(await filesOf(recipe, programs, store)),
  ];
  const { digest, chunks } = archive(recipe.references, layers, recipe);
  const name = (recipe.references[0] ?? "").replace(/^.*\//, "").replace(/[^\w.-]/g, "-");
  const path = join(store.directory, `${name}-${digest.replace("sha256:", "").slice(0, 16)}.tar`);
  if (existsSync(path)) {
    return { path, isNew: false };
  }
  const unfinished = `${path}.${process.pid}`;
  try {
    await writeFile(unfinished, chunks);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return { path, isNew: true };
}

async function filesOf(
  { programs: paths, files = {}, more = {} }: Recipe,
  programs: Programs,
  store: Store,
): Promise<Files> {
  const placed = await Promise.all(
    Object.entries(paths).map(async ([name, path]) => {
      const program = name === "pause" ? await pauseProgram(programs, pauseVersion, store) : programs.path(name);
      return { ...(await librariesOf(program)), [path]: { from: program, mode: 0o755 } };
    }),
  );
  const copied = Object.entries(files).map(([name, path]) => [path, { from: programs.file(name) }] as const);
  return Object.assign({}, ...placed, Object.fromEntries(copied), more) as Files;
}

/** A program that was found is what it is, whatever tag the platform asks for; whoever reads the results has to know. */
function otherVersions({ references, programs: paths }: Recipe, programs: Programs): string[] {
  const [reference = ""] = references;
  return foreignPrograms.flatMap(({ name }) => {
    const version = Object.hasOwn(paths, name) ? programs.version(name) : undefined;
    return version === undefined || reference.endsWith(`:${version}`)
      ? []
      : [`images: ${reference} holds ${name} ${version}, the one that was found`];
  });
}

function missing(recipe: Recipe, programs: Programs): string | undefined {
  const absent = Object.keys(recipe.programs).filter((name) => name !== "pause" && !programs.has(name));
  return absent.length === 0 ? undefined : `without ${absent.join(" and ")}`;
}
