import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { run } from "../command";
import { copyPlain } from "./copy";
import { installWheels } from "./pip";

export interface PythonFolder {
  /** What this is about, for errors. */
  doing: string;
  /** This machine's Python. */
  python: string;
  /** A file with each package's version and hashes. */
  requirements: string;
  /** A module whose import shows that all is there. */
  module: string;
  /** The longest that one step may take. */
  timeoutMs: number;
}

/** What a Python tells of itself, whichever launcher or virtual environment led to it. */
const about = `
import json, os, sys, sysconfig
print(json.dumps({"program": os.path.realpath(sys._base_executable), "library": sysconfig.get_path("stdlib")}))
`;
const aboutSchema = z.object({ program: z.string().min(1), library: z.string().min(1) });

/** Parts of the standard library that no server needs: what compiles, tests, draws and installs. */
const unneeded =
  /^(config-.*|dist-packages|ensurepip|idlelib|lib2to3|pydoc_data|site-packages|test|tkinter|turtledemo|__pycache__)$/;

/** Its module has libraries of a desktop's. */
const drawing = /^_tkinter\./;

/** The folder of the packages below one that was made. */
export function packagesOf(folder: string): string {
  const [version = ""] = readdirSync(join(folder, "lib"));
  return join(folder, "lib", version, "site-packages");
}

/**
 * Makes a folder that works wherever it lies: this machine's Python with its standard library, which it finds from where the program
 * is (https://docs.python.org/3/library/sys_path_init.html), and packages whose hashes are known.
 */
export async function makePythonFolder(
  { doing, python, requirements, module, timeoutMs }: PythonFolder,
  folder: string,
): Promise<void> {
  const found = await run(doing, python, ["-c", about], { timeoutMs });
  const { program, library } = aboutSchema.parse(JSON.parse(found));
  const own = join(folder, "lib", basename(library));
  const interpreter = join(folder, "bin", "python3");
  copyPlain(program, interpreter);
  copyLibrary(library, own);
  const work = mkdtempSync(join(tmpdir(), "gatehouse-python-"));
  try {
    const site = join(work, "site");
    await installWheels({ doing, python: program, requirements, site, timeoutMs });
    for (const name of readdirSync(site).filter((each) => each !== "bin")) {
      // What packages have for the whole installation goes where it is looked for.
      copyPlain(join(site, name), join(["etc", "share"].includes(name) ? folder : packagesIn(own), name));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  // By content and not by time, which an image does not keep; there nobody may write what was compiled beside its source.
  const compile = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", own];
  await run(doing, interpreter, compile, { timeoutMs });
  await run(doing, interpreter, ["-c", `import ${module}`], {
    env: { PATH: process.env.PATH ?? "", PYTHONPATH: packagesIn(own), PYTHONDONTWRITEBYTECODE: "1" },
    timeoutMs,
  });
}

function packagesIn(library: string): string {
  return join(library, "site-packages");
}

function copyLibrary(from: string, to: string): void {
  mkdirSync(join(to, "lib-dynload"), { recursive: true });
  for (const name of readdirSync(from).filter((each) => !unneeded.test(each) && each !== "lib-dynload")) {
    // Distributions leave links to files of packages that are not there.
    if (existsSync(join(from, name))) {
      copyPlain(join(from, name), join(to, name));
    }
  }
  const modules = join(from, "lib-dynload");
  for (const name of existsSync(modules) ? readdirSync(modules).filter((each) => !drawing.test(each)) : []) {
    copyPlain(join(modules, name), join(to, "lib-dynload", name));
  }
}
