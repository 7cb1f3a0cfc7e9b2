import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Failure } from "../exit";

/** Longer than any start that was ever seen, on a machine with far too much to do; a pack that hangs must not hang a pipeline. */
const startTimeout = { minutes: 3 };

export interface PackArgs {
  /** The pack's folder, with its PulumiPolicy.yaml. */
  directory: string;
  project: string;
  stack: string;
  config: { values: Record<string, string>; secretKeys: string[] };
}

/** The running Analyzer service of a policy pack. */
export class PackProcess {
  /** Where the service listens; rejects when the pack cannot be loaded. */
  readonly address: Promise<string>;
  readonly #child: ChildProcess;

  /** Starts the pack as the engine does; loading it takes as long as loading the program, so it is started first. */
  constructor({ directory, project, stack, config }: PackArgs) {
    if (!existsSync(join(directory, "PulumiPolicy.yaml"))) {
      throw new Failure(`There is no policy pack in ${directory}: a preview without policies would say too little.`);
    }
    const runner = runnerFor(directory);
    // The first argument is the engine's address, which a pack in Node never uses.
    this.#child = spawn(
      process.execPath,
      ["--require", require.resolve("../engine/lateModules.js"), runner, "127.0.0.1:0", "."],
      {
        cwd: directory,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          PULUMI_NODEJS_PROJECT: project,
          PULUMI_NODEJS_STACK: stack,
          PULUMI_NODEJS_ORGANIZATION: "organization",
          PULUMI_NODEJS_DRY_RUN: "true",
          PULUMI_CONFIG: JSON.stringify(config.values),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(config.secretKeys),
        },
      },
    );
    this.address = this.#listen(directory);
    // It is awaited later; a rejection before that is no accident.
    this.address.catch(() => undefined);
    process.once("exit", () => this.stop());
    this.letProgramDecide();
  }

  /** Keeps the pack from holding the event loop open: a program that hangs is found out by an empty loop. */
  letProgramDecide(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      (stream as unknown as { unref?: () => void } | null)?.unref?.();
    }
  }

  /** Waits for the address with the event loop held open. */
  async ready(): Promise<string> {
    const hold = setInterval(() => undefined, 1000);
    try {
      return await this.address;
    } finally {
      clearInterval(hold);
    }
  }

  stop(): void {
    this.#child.kill();
  }

  #listen(directory: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let output = "";
      let said = "";
      const fail = (why: string): void =>
        reject(new Failure(`The policy pack in ${directory} ${why}`, stripVTControlCharacters(said).trim()));
      const { minutes } = startTimeout;
      const timer = setTimeout(() => fail(`did not start within ${minutes} minutes.`), minutes * 60_000).unref();
      this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        said += chunk;
        // The service prints its port as the first line of its own; anything else is a pack's chatter.
        const port = /^(\d+)$/m.exec(output)?.[1];
        if (port !== undefined && output.includes("\n")) {
          clearTimeout(timer);
          resolve(`127.0.0.1:${port}`);
        }
      });
      this.#child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
      this.#child.once("error", (error) => fail(`could not be started: ${error.message}`));
      this.#child.once("close", (code) => fail(`could not be loaded (exit code ${code}).`));
    });
  }
}

/** The SDK's runner, as the engine finds it: from the pack's folder upwards. */
function runnerFor(directory: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    throw new Failure(`The policy pack in ${directory} finds no @pulumi/pulumi: install the project's dependencies.`);
  }
}
