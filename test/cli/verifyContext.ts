import { Redactor } from "../../cli/engine/redactor";
import { type CommandContext } from "../../cli/context";
import { styleFor } from "../../cli/formats/style";

/** A command's context that keeps what is printed. */
export function recordingContext(): { context: CommandContext; printed: string[]; aside: string[] } {
  const printed: string[] = [];
  const aside: string[] = [];
  const context = {
    redactor: new Redactor(),
    style: styleFor({}, {}),
    output: {
      print: (text: string) => {
        printed.push(text);
        return Promise.resolve();
      },
      aside: (text: string) => void aside.push(text),
    },
    progress: { phase: () => undefined, stop: () => undefined },
    finish: () => undefined,
  };
  return { context: context as unknown as CommandContext, printed, aside };
}
