import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "../../../cli/exit";
import { tracked } from "../../interruption";
import { platformLayout, repository } from "../layout";
import { type PlatformOptions, type Programs } from "../options";
import { privateFolder, writePrivate } from "../privateFiles";

/** What a real `pulumi up` of this program needs. */
export const pulumiPrograms = [
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-kubernetes",
  "pulumi-resource-random",
  "pulumi-resource-tls",
] as const;

export function missingForPulumi(programs: Pick<Programs, "has">): string[] {
  return pulumiPrograms.filter((name) => !programs.has(name));
}

/** How many of the last lines of a command an error quotes. */
const quotedLines = 40;

/** The Pulumi CLI with a file backend, plugins and a home of the bed's own: nothing is fetched and nothing of a person's is used. */
export class PulumiCli {
  readonly #env: NodeJS.ProcessEnv;
  readonly #logs: string;

  constructor(readonly options: Pick<PlatformOptions, "programs" | "state" | "kubeconfig" | "progress">) {
    const { pulumi, logs } = platformLayout(options.state);
    this.#logs = privateFolder(logs);
    const url = `file://${privateFolder(pulumi.backend)}`;
    if (!existsSync(pulumi.passphrase)) {
      writePrivate(pulumi.passphrase, randomBytes(32).toString("hex"));
    }
    const own = Object.entries(process.env).filter(([key]) => !key.startsWith("PULUMI_"));
    this.#env = {
      ...Object.fromEntries(own),
      PATH: [linkPrograms(pulumi.bin, options.programs), dirname(process.execPath), process.env.PATH ?? ""].join(
        delimiter,
      ),
      KUBECONFIG: options.kubeconfig,
      NO_COLOR: "1",
      NODE_OPTIONS: "",
      PULUMI_HOME: privateFolder(pulumi.home),
      PULUMI_BACKEND_URL: url,
      PULUMI_CONFIG_PASSPHRASE_FILE: pulumi.passphrase,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The state is some megabytes, and would be written anew after each of some hundred steps. A run that fails writes
      // it as well; after one that was killed the bed is taken down.
      PULUMI_SKIP_CHECKPOINTS: "true",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    };
  }

  /** Runs a command to its end; its lines go to a log, and to the progress where they are for people. */
  run(
    name: string,
    args: readonly string[],
    { cwd = repository, quiet = false, input }: { cwd?: string; quiet?: boolean; input?: string } = {},
  ): Promise<string> {
    const { programs, progress } = this.options;
    const file = join(this.#logs, `pulumi-${name}.log`);
    const log = createWriteStream(file, { mode: 0o600 });
    return new Promise((resolve, reject) => {
      const child = tracked(
        spawn(programs.path("pulumi"), [...args, "--non-interactive", "--color", "never"], {
          cwd,
          env: this.#env,
          stdio: ["pipe", "pipe", "pipe"],
        }),
      );
      // A program that does not read to the end is no failure.
      child.stdin.on("error", () => undefined).end(input ?? "");
      const lines: string[] = [];
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      for (const stream of quiet ? [child.stderr] : [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          log.write(`${line}\n`);
          lines.push(line);
          if (lines.length > quotedLines) {
            lines.shift();
          }
          // Pulumi shows by dots that it still works.
          if (!quiet && line.trim() !== "" && !line.startsWith("@ ")) {
            progress(line);
          }
        });
      }
      child.once("error", (error) => reject(new Failure(`pulumi did not start: ${error.message}`)));
      log.once("error", (error) => reject(new Failure(`${file} cannot be written: ${error.message}`)));
      // Only when the log is whole, because whoever waits may look into it, or take its folder away.
      child.once("close", (code, signal) => {
        log.end(() => {
          if (code === 0) {
            resolve(stdout);
          } else {
            const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`;
            const said = lines.length > 0 ? lines : stdout.trim().split("\n").slice(-quotedLines);
            reject(new Failure(`pulumi ${args[0] ?? ""} ${how}; all it said is in ${file}.`, said.join("\n")));
          }
        });
      });
    });
  }
}

/** The engine finds languages and providers by their names on PATH, and people's may be called otherwise. */
function linkPrograms(folder: string, programs: Programs): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of pulumiPrograms) {
    symlinkSync(programs.path(name), join(folder, name));
  }
  return folder;
}
