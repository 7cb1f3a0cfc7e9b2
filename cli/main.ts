import { CommanderError } from "commander";
import { gatehouseCommand } from "./commands";
import { type CommandContext } from "./context";
import { Redactor } from "./engine/redactor";
import { errorReport, formatError } from "./errorReport";
import { type ExitCode, exitCodes, Failure } from "./exit";
import { catchFaults } from "./faults";
import { styleFor } from "./formats/style";
import { Output } from "./output";
import { Progress } from "./progress";

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

async function main(): Promise<ExitCode> {
  try {
    await gatehouseCommand(context).parseAsync();
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
  const summary = errorReport(error, redactor);
  if (json) {
    await output.print(JSON.stringify(summary, null, 2));
  } else {
    output.release();
    output.aside(formatError(summary, errorStyle));
  }
  return summary.exitCode;
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
