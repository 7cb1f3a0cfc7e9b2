import { type Command, InvalidArgumentError, Option } from "commander";
import { imageRegistry } from "../stacks/fields";
import { type CommandContext } from "./context";
import { exitCodes } from "./exit";
import { formatCommands, formatMirror } from "./formats/mirror";
import { chartsToMirror, imagesToMirror } from "./mirror/list";

interface MirrorOptions {
  to?: string;
  commands?: boolean;
  json?: boolean;
}

export function addMirror(program: Command, context: CommandContext): void {
  program
    .command("mirror")
    .description("list every chart and image of the lock, for a cluster that reaches no public registry")
    .addOption(
      new Option(
        "--to <registry>",
        "the mirror, such as registry.example.com/mirror, as `mirror.images` names it",
      ).argParser(registry),
    )
    .addOption(new Option("--commands", "print the commands that copy them, for skopeo and helm; needs --to"))
    .addOption(new Option("--json", "print one JSON document and nothing else").conflicts("commands"))
    .action(async ({ to, commands, json }: MirrorOptions) => {
      const list = { charts: chartsToMirror(to), images: imagesToMirror(to) };
      if (commands === true && to === undefined) {
        program.error("error: --commands needs --to <registry>: where would they be copied to?");
      }
      await context.output.print(
        json === true
          ? JSON.stringify({ format: "gatehouse.mirror/v1", ...list }, null, 2)
          : commands === true
            ? formatCommands(list)
            : formatMirror(list, context.style),
      );
      context.finish(exitCodes.clean);
    });
}

function registry(text: string): string {
  const { success, error } = imageRegistry.safeParse(text);
  if (!success) {
    throw new InvalidArgumentError(error.issues[0]?.message ?? "write a registry");
  }
  return text;
}
