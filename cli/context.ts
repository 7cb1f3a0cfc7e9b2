import { type Redactor } from "./engine/redactor";
import { type ExitCode } from "./exit";
import { type Style } from "./formats/style";
import { type Output } from "./output";
import { type Progress } from "./progress";

/** What every command gets from the program around it. */
export interface CommandContext {
  redactor: Redactor;
  output: Output;
  progress: Progress;
  style: Style;
  /** Says how the command ended; a command that never says so has failed. */
  finish(code: ExitCode): void;
}
