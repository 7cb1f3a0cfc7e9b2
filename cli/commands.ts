import { Command } from "commander";
import { addBench } from "./bench";
import { type CommandContext } from "./context";
import { addMesh } from "./mesh";
import { addMirror } from "./mirror";
import { addPreview } from "./preview";
import { addScan } from "./scan";
import { addVerify } from "./verify";

/** Every command of the program, in the order of its help. */
export function gatehouseCommand(context: CommandContext): Command {
  const command = new Command("gatehouse")
    .description("A guarded gateway for Kubeflow: previews and checks beside Pulumi")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: (text) => void context.output.print(text) });
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
