import { runtime } from "@pulumi/pulumi";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { BadInput, Failure, type Problem } from "../exit";
import { catchFaults } from "../faults";
import { type Project } from "../project/project";
import { type StackConfig } from "../project/stackConfig";
import { withoutPromiseStacks } from "./promiseStacks";
import { type Provenance } from "./provenance";
import { type Recorder } from "./recorder";

/** The name that the CLI's own backends give to the organization of a stack that has none. */
const organization = "organization";

export interface ProgramArgs {
  project: Project;
  config: StackConfig;
  recorder: Recorder;
  provenance: Provenance;
}

/** Runs the project's program as `pulumi preview` would, and ends when every registration has been answered. */
export async function runProgram({ project, config, recorder, provenance }: ProgramArgs): Promise<void> {
  // The runtime's store reads it when it is first used.
  process.env.PULUMI_NODEJS_ROOT_DIRECTORY = project.directory;
  runtime.setMockOptions(recorder, project.name, recorder.stack, true, organization);
  runtime.setAllConfig(config.values, config.secretKeys);

  const errors = new Set<unknown>();
  let firstError!: () => void;
  const failed = new Promise<void>((resolve) => (firstError = resolve));
  const collect = (error: unknown): void => {
    errors.add(error);
    firstError();
  };
  const release = catchFaults(collect);
  const restore = withoutPromiseStacks();
  try {
    // A program has ended when nothing of it is left to do, as under the real engine: what it exports may be settled
    // while it still waits for the answer that decides on another resource.
    const idle = new Promise<void>((resolve) => process.once("beforeExit", () => resolve()));
    const run = execute(project, provenance).catch(collect);
    await Promise.race([idle, failed]);
    let settled = false;
    void run.then(() => runtime.disconnect()).then(() => (settled = true));
    // What can be settled is so by now; an error in a callback surfaces a turn of the loop after its cause.
    await new Promise((resolve) => setImmediate(resolve));
    if (!settled && errors.size === 0) {
      errors.add(stuck(provenance.unregistered(recorder.recorded.values())));
    }
  } finally {
    release();
    restore();
  }
  if (errors.size > 0 || recorder.refusal !== undefined) {
    throw reason([...errors], recorder);
  }
}

function stuck(unregistered: readonly string[]): Failure {
  return new Failure(
    "The program did not end: it waits for something that never comes.",
    unregistered.length === 0 ? "" : `Declared and never ready: ${unregistered.join(", ")}`,
  );
}

/** Runs the program's module below a stack; its registrations are answered later. */
async function execute(project: Project, provenance: Provenance): Promise<void> {
  await runtime.runInPulumiStack(async () => {
    runtime.registerStackTransformation(provenance.watch);
    const program: unknown = createRequire(join(project.directory, "package.json"))(entry(project));
    const outputs: unknown = typeof program === "function" ? await (program as () => unknown)() : await program;
    return outputs as Record<string, unknown>;
  });
}

function entry({ main }: Project): string {
  if (!existsSync(main)) {
    throw new BadInput("The project's program is not there.", [
      { key: "Pulumi.yaml: main", value: main, mend: "name the file that starts the program" },
    ]);
  }
  return statSync(main).isDirectory() ? `${main}/` : main;
}

/** The error to report: what is wrong with the settings explains everything else, then what an engine refuses. */
function reason(errors: readonly unknown[], { redactor, refusal }: Recorder): Error {
  const settings = errors.find(isSettingsError);
  if (settings !== undefined) {
    const problems = settings.problems.map(({ key, value, mend }) => ({
      key,
      value: redactor.redact(value),
      mend: redactor.redact(mend),
    }));
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    return new BadInput(`The settings of this stack have ${count}; nothing was rendered.`, problems);
  }
  const badInput = errors.find((error) => error instanceof BadInput);
  if (badInput !== undefined) {
    return badInput;
  }
  if (refusal !== undefined) {
    return refusal;
  }
  const [first] = errors;
  if (first instanceof Failure) {
    return first;
  }
  const message = first instanceof Error ? first.message : String(first);
  // Who throws a RunError says that its message is enough.
  const stack = first instanceof Error && !("__pulumiRunError" in first) ? (first.stack ?? "") : "";
  return new Failure(redactor.redact(`The program failed: ${message}`), redactor.redact(stack));
}

interface SettingsErrorLike extends Error {
  problems: readonly Problem[];
}

/** Known by its shape: the program has its own copy of the class, and the CLI serves other programs too. */
function isSettingsError(error: unknown): error is SettingsErrorLike {
  return (
    error instanceof Error &&
    error.name === "SettingsError" &&
    "problems" in error &&
    Array.isArray(error.problems) &&
    error.problems.length > 0
  );
}
