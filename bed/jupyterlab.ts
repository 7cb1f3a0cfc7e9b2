import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../cli/exit";
import { reasonOf, run } from "./command";
import { jupyterlabRecipe } from "./images/jupyterlab";
import { type Images, writeImages } from "./images/writeImages";
import { type Programs } from "./programs/provide";
import { makePythonFolder } from "./programs/pythonFolder";
import { type Report, timed } from "./programs/report";
import { onPath } from "./programs/search";
import { Store } from "./programs/store";
import { cacheDirectory } from "./state";

/** JupyterLab as an image that the bed has, or why it has none. */
export type Jupyterlab = { version: string; image: string } | { why: string };

export interface JupyterlabRequest {
  programs: Programs;
  without: readonly string[];
  report: Report;
  /** Gives the cluster what was put together. */
  take: (archives: Images["archives"]) => Promise<void>;
}

/** Each package with its version and hashes, JupyterLab among them. */
const lockPath = join(__dirname, "jupyterlab.lock.txt");

/** Raised when a change here makes something else of the same lock. */
const recipe = 1;

/** PyPI that doesn't answer keeps nobody longer than this for one step, in milliseconds. */
const patience = 150_000;

/** The name under which it can be left out. */
export const jupyterlabName = "jupyterlab";

/** Nothing but one check needs it, so that a machine that can't have it goes without. */
export async function provideJupyterlab(request: JupyterlabRequest): Promise<Jupyterlab> {
  const { without, report } = request;
  const found: Jupyterlab = without.includes(jupyterlabName)
    ? { why: "left out by --without" }
    : await made(request).catch((error: unknown) => ({ why: reasonOf(error) }));
  if ("why" in found) {
    report(`not here: ${jupyterlabName}, needed for the check of a real notebook; ${found.why}`);
  }
  return found;
}

async function made({ programs, report, take }: JupyterlabRequest): Promise<Jupyterlab> {
  const python = onPath("python3");
  if (python === undefined) {
    throw new Failure("python3 is not here; install Debian's packages python3 and python3-venv");
  }
  const lock = readFileSync(lockPath, "utf8");
  const version = versionIn(lock);
  const store = new Store(join(cacheDirectory(), "programs"));
  const about = await run(jupyterlabName, python, ["-c", "import sys; print(sys._base_executable, sys.version)"]);
  const place = store.place(jupyterlabName, { recipe, lock, about });
  await store.provide(place, (folder) =>
    timed(report, `${jupyterlabName}: getting ${version}`, () =>
      makePythonFolder(
        {
          doing: jupyterlabName,
          python,
          requirements: lockPath,
          module: "jupyterlab.labapp, ipykernel, sqlite3",
          timeoutMs: patience,
        },
        folder,
      ),
    ),
  );
  const { archives } = await writeImages(programs, report, { list: [await jupyterlabRecipe(place, version)] });
  const [first] = archives;
  if (first === undefined) {
    throw new Failure("no image came of it");
  }
  await take(archives);
  return { version, image: first.reference };
}

function versionIn(lock: string): string {
  const [, version] = /^jupyterlab==(\S+)/m.exec(lock) ?? [];
  if (version === undefined) {
    throw new Failure(`${lockPath} has no line jupyterlab==…`);
  }
  return version;
}
