import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(__dirname, "../..");
const environment = { ...process.env, NODE_OPTIONS: "" };

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/**
 * A copy of examples/library with the package installed as `npm pack` makes it, and beside it what package and example
 * say they depend on: nothing else of this project's node_modules, so that a forgotten dependency is missing.
 */
export class Consumer {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-library-")));
  readonly package = join(this.directory, "node_modules", "kubeflow-gatehouse");

  async install(): Promise<void> {
    cpSync(join(root, "examples", "library"), this.directory, { recursive: true });
    await run("npm", ["pack", "--silent", "--offline", "--pack-destination", this.directory], {
      cwd: root,
      env: environment,
    });
    mkdirSync(this.package, { recursive: true });
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const tarball = join(this.directory, `kubeflow-gatehouse-${version}.tgz`);
    await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", this.package]);
    const example = manifestOf(this.directory);
    for (const name of new Set(
      [manifestOf(this.package).dependencies, example.dependencies, example.devDependencies].flatMap((dependencies) =>
        Object.keys(dependencies),
      ),
    )) {
      if (name !== "kubeflow-gatehouse") {
        const link = join(this.directory, "node_modules", name);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(root, "node_modules", name), link);
      }
    }
  }

  /** Runs a program of Node's in the folder; its output, and how it ended. */
  async node(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const options = { cwd: this.directory, env: environment, maxBuffer: 64 * 1024 * 1024 };
    try {
      return { code: 0, ...(await run(process.execPath, args, options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
