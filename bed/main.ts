// Asked for by @peculiar/x509 before it is loaded.
import "reflect-metadata";
import { Command, CommanderError } from "commander";
import { BadInput, exitCodes, Failure } from "../cli/exit";
import { addCheck } from "./commands/check";
import { addDown } from "./commands/down";
import { addE2e } from "./commands/e2e";
import { addExec } from "./commands/exec";
import { addInside } from "./commands/inside";
import { addRotate } from "./commands/rotate";
import { addStatus } from "./commands/status";
import { addUp } from "./commands/up";
import { interruption } from "./interruption";

const program = new Command("bed")
  .description("a Kubernetes cluster of real components inside private namespaces of this machine")
  .exitOverride()
  .configureOutput({ writeErr: () => undefined });
for (const add of [addCheck, addUp, addDown, addStatus, addExec, addRotate, addE2e, addInside]) {
  add(program);
}
for (const command of program.commands) {
  command.copyInheritedSettings(program);
}

program.parseAsync().then(
  () => process.exit(process.exitCode ?? exitCodes.clean),
  (error: unknown) => process.exit(report(error)),
);

function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) {
    return exitCodes.clean;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const signal = interruption();
  if (signal !== undefined) {
    say(`Interrupted by ${signal}.`);
    return exitCodes.ownFailure;
  }
  if (error instanceof BadInput || error instanceof CommanderError) {
    say(error.message);
    for (const { key, value, mend } of error instanceof BadInput ? error.problems : []) {
      say(`  ${key}: ${value}\n    mend: ${mend}`);
    }
    return exitCodes.badInput;
  }
  say(`Failed: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof Failure && error.details !== "") {
    say(error.details);
  }
  return exitCodes.ownFailure;
}
