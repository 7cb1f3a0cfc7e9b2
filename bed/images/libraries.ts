import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { BadInput, Failure } from "../../cli/exit";
import { outcomeOf } from "../command";
import { type Files } from "./layer";

/** The shared libraries of a program and their loader, at the paths at which it looks for them; none for a static one. */
export async function librariesOf(program: string): Promise<Files> {
  if (!isElf(program)) {
    throw new BadInput("A program cannot be put into an image.", [
      { key: program, value: "no ELF program", mend: "name the program itself, not a script that starts it" },
    ]);
  }
  const { code, stdout, stderr } = await outcomeOf("ldd", [program], {
    timeoutMs: 30_000,
    env: { ...process.env, LC_ALL: "C" },
  });
  if (/not a dynamic executable|statically linked/.test(stdout + stderr)) {
    return {};
  }
  if (code !== 0) {
    throw new Failure(`ldd ${program} ended with exit code ${code}`, stderr.trim());
  }
  return libraries(program, stdout);
}

/** The same of many programs and libraries, without those of a folder that goes into the image as a whole. */
export async function librariesOfFolder(folder: string, programs: readonly string[]): Promise<Files> {
  const { stdout } = await outcomeOf("ldd", programs.filter(isElf), {
    timeoutMs: 60_000,
    env: { ...process.env, LC_ALL: "C" },
  });
  const found = Object.entries(libraries(folder, stdout));
  return Object.fromEntries(found.filter(([path]) => !path.startsWith(`${folder}/`)));
}

/** Reads what ldd prints: `name => /path (0x…)`, or `/path (0x…)` for the loader. */
export function libraries(program: string, printed: string): Files {
  const lines = printed.split("\n").map((line) => line.trim());
  const absent = lines.flatMap((line) => /^(\S+) => not found/.exec(line)?.[1] ?? []);
  if (absent.length > 0) {
    throw new BadInput(`${program} does not run on this machine.`, [
      { key: program, value: `it lacks ${absent.join(", ")}`, mend: "install the packages that have these libraries" },
    ]);
  }
  const paths = lines.flatMap((line) => /(?:^|=> )(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  return Object.fromEntries(paths.map((path) => [path, { from: realpathSync(path), mode: 0o755 }]));
}

function isElf(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return start.toString("latin1") === "\u007fELF";
}
