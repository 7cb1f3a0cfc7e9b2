import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BadInput, type Problem } from "../../cli/exit";

const version = z.string().regex(/^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/, "write an exact version such as v1.2.3");
const modulePath = z.string().regex(/^[\w.-]+(\/[\w.~-]+)+$/, "write a Go module or package path");
const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "write a name of small letters, digits and hyphens");
const insideModule = z
  .string()
  .regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w.-]+(\/[\w.-]+)*$/, "write a relative path without . and .. steps");
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "write a SHA-256 as 64 small hexadecimal digits");

const goModule = z
  .strictObject({
    module: modulePath,
    version,
    /** What `go mod download -json` says as Sum. */
    sum: z.string().regex(/^h1:[A-Za-z0-9+/]{43}=$/, "write the sum that go mod download -json prints"),
    /** Versions of other modules that the module itself leaves open, because it builds from its own repository. */
    requires: z.record(modulePath, version).default({}),
    /** SHA-256 of the go.sum that resolving the programs gives: it pins every module that they are built from. */
    goSum: sha256.optional(),
    /** Programs by name, each with the package that it is built from. */
    programs: z.record(name, modulePath).default({}),
    cgo: z.boolean().default(false),
    /** Links C libraries into the program; a program without cgo is static anyway. */
    static: z.boolean().default(false),
    tags: z.array(z.string().regex(/^[\w.]+$/, "write a Go build tag")).default([]),
    /** Variables that the linker sets, as upstream's release does. */
    variables: z
      .record(
        z.string().regex(/^[\w./-]+\.\w+$/, "write package.variable"),
        z.string().regex(/^[\w.+-]+$/, "write a value without spaces and quotes"),
      )
      .default({}),
    /** Files and folders of the module that the bed uses besides its programs: our name, and the path in the module. */
    files: z.record(insideModule, insideModule).default({}),
  })
  .superRefine((entry, context) => {
    const builds = Object.keys(entry.programs).length > 0;
    if (builds && entry.goSum === undefined) {
      context.addIssue({ code: "custom", path: ["goSum"], message: "pin what the programs are built from" });
    }
    if (!builds && Object.keys(entry.files).length === 0) {
      context.addIssue({
        code: "custom",
        path: ["programs"],
        message: "name a program or a file, or remove the entry",
      });
    }
  });

const wheel = z.strictObject({
  /** The project's name at PyPI. */
  project: name,
  version: z.string().regex(/^\d+(\.\d+)+$/, "write an exact version such as 1.2.3"),
  sha256,
  /** The program's name, and its path inside the wheel. */
  program: name,
  path: insideModule,
});

const lockSchema = z.strictObject({
  /** What the sums below were made for: another platform builds from other modules. */
  platform: z.enum(["linux/amd64"]),
  /** The oldest Go that builds all of it. */
  go: z.string().regex(/^\d+\.\d+\.\d+$/, "write a Go version such as 1.26.0"),
  modules: z.record(name, goModule),
  wheels: z.record(name, wheel),
});

export type Lock = z.output<typeof lockSchema>;
export type GoModule = z.output<typeof goModule>;
export type Wheel = z.output<typeof wheel>;

/** The file with every version that the bed is made of. */
export const lockPath = join(__dirname, "..", "components.lock.json");

/** Reads and checks the lock; every problem is named at once. */
export function readLock(path = lockPath): Lock {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    throw new BadInput("The lock of the bed's components cannot be read.", [
      { key: path, value, mend: "make it valid JSON" },
    ]);
  }
  const parsed = lockSchema.safeParse(data);
  const problems = parsed.success
    ? twice(parsed.data)
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, data));
  if (!parsed.success || problems.length > 0) {
    throw new BadInput(`The lock of the bed's components is not right: ${path}`, problems);
  }
  return parsed.data;
}

function problemsOf(issue: z.core.$ZodIssue, data: unknown): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => problem([...path, key], data, "there is no such key: remove it"));
  }
  const mend = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [problem(path, data, mend)];
}

function problem(path: readonly string[], data: unknown, mend: string): Problem {
  const value = path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    data,
  );
  return {
    key: path.join(".") || "(the whole file)",
    value: value === undefined ? "(not set)" : JSON.stringify(value).slice(0, 200),
    mend,
  };
}

/** Two entries that build a program of one name would hide each other. */
function twice(lock: Lock): Problem[] {
  const places = new Map<string, string>();
  const programs = [
    ...Object.entries(lock.modules).flatMap(([entry, { programs }]) =>
      Object.keys(programs).map((program) => [program, `modules.${entry}.programs.${program}`] as const),
    ),
    ...Object.entries(lock.wheels).map(([entry, { program }]) => [program, `wheels.${entry}.program`] as const),
  ];
  return programs.flatMap(([program, key]) => {
    const other = places.get(program);
    places.set(program, key);
    return other === undefined ? [] : [{ key, value: program, mend: `give it another name than ${other} has` }];
  });
}
