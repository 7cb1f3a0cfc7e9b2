import { Command, CommanderError } from "commander";
import { addBench } from "./bench";
import { type CommandContext } from "./context";
import { Redactor } from "./engine/redactor";
import { BadInput, type ExitCode, exitCodes, Failure, type Problem } from "./exit";
import { catchFaults } from "./faults";
import { formatProblems } from "./formats/problems";
import { styleFor } from "./formats/style";
import { Output } from "./output";
import { addMesh } from "./mesh";
import { addMirror } from "./mirror";
import { addPreview } from "./preview";
import { Progress } from "./progress";
import { addScan } from "./scan";
import { addVerify } from "./verify";

/** What a command prints with `--json` when it could not do its work. */
export interface ErrorReport {
  format: "gatehouse.error/v1";
  exitCode: 2 | 3;
  message: string;
  problems: readonly Problem[];
  details: string;
}

// Ending without having said how is a failure: an empty event loop, a stray exit.
process.exitCode = exitCodes.ownFailure;

const redactor = new Redactor();
const json = process.argv.includes("--json");
const errorStyle = styleFor(process.stderr, process.env);
let finished: ExitCode | undefined;
const output = new Output(redactor);
const context: CommandContext = {
  redactor,
  style: styleFor(process.stdout, process.env),
  output,
  progress: new Progress(output.aside, process.stderr.isTTY),
  finish: (code) => (finished = code),
};

function program(): Command {
  const command = new Command("gatehouse")
    .description("A guarded gateway for Kubeflow: previews and checks beside Pulumi")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: (text) => void output.print(text) });
  addPreview(command, context);
  addVerify(command, context);
  addBench(command, context);
  addMirror(command, context);
  addMesh(command, context);
  addScan(command, context);
  // Commander copies its settings to subcommands only when they are made by itself, before they are set.
  for (const subcommand of command.commands) {
    subcommand.copyInheritedSettings(command);
  }
  return command;
}

async function main(): Promise<ExitCode> {
  try {
    await program().parseAsync();
    return finished ?? exitCodes.ownFailure;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return exitCodes.clean;
    }
    return report(error);
  }
}

async function report(error: unknown): Promise<ExitCode> {
  context.progress.stop();
  const summary = errorReport(error);
  if (json) {
    await output.print(JSON.stringify(summary, null, 2));
    return summary.exitCode;
  }
  const { bold, dim, red } = errorStyle.colors;
  const lines = [
    `${red(bold(summary.exitCode === exitCodes.badInput ? "Bad input:" : "Failed:"))} ${summary.message}`,
    ...formatProblems(summary.problems, errorStyle),
    ...(summary.details === "" ? [] : [dim(summary.details)]),
  ];
  output.release();
  output.aside(`${lines.join("\n")}\n`);
  return summary.exitCode;
}

function errorReport(error: unknown): ErrorReport {
  const base = { format: "gatehouse.error/v1" as const, problems: [], details: "" };
  if (error instanceof BadInput) {
    return { ...base, exitCode: exitCodes.badInput, message: error.message, problems: error.problems };
  }
  if (error instanceof CommanderError) {
    const message = `${error.message.replace(/^error: /, "")} (gatehouse --help)`;
    return { ...base, exitCode: exitCodes.badInput, message };
  }
  const failure =
    error instanceof Failure
      ? error
      : error instanceof Error
        ? new Failure(error.message, error.stack ?? "")
        : new Failure(String(error));
  return {
    ...base,
    exitCode: exitCodes.ownFailure,
    message: redactor.redact(failure.message),
    details: redactor.redact(failure.details),
  };
}

// A pack or a chart that is still at work goes with the process that started it.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.once(signal, () => {
    ended = true;
    process.exit(code);
  });
}
let ended = false;
function end(code: ExitCode): void {
  ended = true;
  // What still holds the event loop, such as a pack that takes its time to stop, has nothing more to say.
  process.exit(code);
}
process.on("exit", () => {
  // A program may call `process.exit(0)`, and Node ends with success when it has nothing left to wait for.
  if (!ended) {
    process.exitCode = exitCodes.ownFailure;
    void report(new Failure("The program, or something that it uses, ended the process."));
  }
});
catchFaults((error) => {
  if (!ended) {
    ended = true;
    void report(error).then(end);
  }
});
void main().then((code) => {
  if (!ended) {
    end(code);
  }
});
