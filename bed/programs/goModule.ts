import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { BadInput, Failure } from "../../cli/exit";
import { run } from "../command";
import { copyPlain } from "./copy";
import { type GoModule, type Lock } from "./lock";

/** A module whose sources are here and are those of the lock. */
export interface ResolvedModule {
  /** The folder with a go.mod that requires the module. */
  workspace: string;
  /** The module's own files. */
  directory: string;
}

/**
 * Gets a module and everything that its programs are built from, and compares them with the lock before a line of them
 * is compiled.
 */
export async function resolveModule(name: string, entry: GoModule, lock: Lock, go: string): Promise<ResolvedModule> {
  const workspace = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
  try {
    const at = `${entry.module}@${entry.version}`;
    const doing = `${name}: getting ${at}`;
    const downloaded = await run(doing, go, ["mod", "download", "-json", at], { cwd: workspace, env: goEnv(lock) });
    const { Sum: sum, Dir: directory } = JSON.parse(downloaded) as { Sum?: string; Dir?: string };
    if (sum !== entry.sum) {
      throw differs(name, "sum", entry.sum, sum ?? "(none)");
    }
    if (directory === undefined) {
      throw new Failure(`${doing}: go mod download named no folder`);
    }
    writeFileSync(join(workspace, "go.mod"), goMod(name, entry, lock));
    if (Object.keys(entry.programs).length > 0) {
      // Loading the packages writes the complete go.sum; the build below may then add nothing to it.
      await run(
        `${name}: getting what it is built from`,
        go,
        ["list", "-mod=mod", "-deps", ...tags(entry), "-f", "{{with .Error}}{{.}}{{end}}", ...packages(entry)],
        { cwd: workspace, env: goEnv(lock, entry) },
      );
      const goSum = createHash("sha256")
        .update(readFileSync(join(workspace, "go.sum")))
        .digest("hex");
      if (goSum !== entry.goSum) {
        throw differs(name, "goSum", entry.goSum ?? "(none)", goSum);
      }
    }
    return { workspace, directory };
  } catch (error) {
    rmSync(workspace, { recursive: true, force: true });
    throw error;
  }
}

/** Builds a module's programs into `<folder>/bin`, and copies its files into `<folder>/files`. */
export async function buildModule(
  name: string,
  entry: GoModule,
  lock: Lock,
  { workspace, directory }: ResolvedModule,
  folder: string,
  go: string,
): Promise<void> {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  if (Object.keys(entry.programs).length > 0) {
    await run(
      `${name}: building ${Object.keys(entry.programs).join(", ")}`,
      go,
      ["build", "-mod=readonly", ...tags(entry), "-ldflags", linkerFlags(entry), "-o", `${bin}/`, ...packages(entry)],
      { cwd: workspace, env: goEnv(lock, entry) },
    );
    for (const [program, path] of Object.entries(entry.programs)) {
      if (goName(path) !== program) {
        renameSync(join(bin, goName(path)), join(bin, program));
      }
    }
  }
  for (const [ours, theirs] of Object.entries(entry.files)) {
    copyPlain(join(directory, theirs), join(folder, "files", ours));
  }
}

/** The environment of every go command: what a person set for work of their own must not change what is built. */
export function goEnv({ platform }: Pick<Lock, "platform">, entry?: GoModule): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ["GOEXPERIMENT", "GOAMD64", "GOARM64", "CGO_CFLAGS", "CGO_LDFLAGS", "GOFIPS140"]) {
    delete env[name];
  }
  const [os, architecture] = platform.split("/");
  return {
    ...env,
    GO111MODULE: "on",
    GOWORK: "off",
    GOOS: os,
    GOARCH: architecture,
    // Not empty: an empty one would let `go env -w GOFLAGS=…` have its say.
    GOFLAGS: "-trimpath -buildvcs=false",
    CGO_ENABLED: entry?.cgo === true ? "1" : "0",
  };
}

/** The version of Go that builds: a newer one than is installed, where Go may get its own toolchains. */
export async function goVersion(lock: Lock, go: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-go-"));
  try {
    writeFileSync(join(folder, "go.mod"), `module bed\n\ngo ${lock.go}\n`);
    return (await run("asking Go's version", go, ["env", "GOVERSION"], { cwd: folder, env: goEnv(lock) })).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function goMod(name: string, { module, version, requires }: GoModule, { go }: Lock): string {
  const lines = Object.entries({ [module]: version, ...requires }).map(([path, at]) => `\t${path} ${at}`);
  return [`module bed/${name}`, "", `go ${go}`, "", "require (", ...lines, ")", ""].join("\n");
}

function tags({ tags: list }: GoModule): string[] {
  return list.length === 0 ? [] : ["-tags", list.join(",")];
}

function packages({ programs }: GoModule): string[] {
  return Object.values(programs);
}

function linkerFlags({ variables, cgo, static: isStatic }: GoModule): string {
  return [
    "-s -w -buildid=",
    ...Object.entries(variables).map(([variable, value]) => `-X ${variable}=${value}`),
    ...(cgo && isStatic ? ["-extldflags -static"] : []),
  ].join(" ");
}

/** The name that go gives a package's program: the last step of its path that is no major version. */
function goName(path: string): string {
  const last = basename(path);
  return /^v\d+$/.test(last) ? basename(path.slice(0, -last.length - 1)) : last;
}

function differs(name: string, key: string, expected: string, got: string): BadInput {
  return new BadInput(`${name} is not what the lock says it is; nothing of it was built.`, [
    {
      key: `modules.${name}.${key}`,
      value: expected,
      mend: `what came has ${got}: if the version was changed on purpose, write this one; otherwise clear the module cache and see who serves your modules`,
    },
  ]);
}
