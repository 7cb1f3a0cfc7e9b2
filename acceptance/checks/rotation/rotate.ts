import { type CheckContext } from "../../check";
import { runCommand } from "../../command";

/** What can be rotated, as the settings call it (docs/5-rotation.md). */
export type Rotation = "cookieSecret" | "clientSecret" | "certificateAuthority";

/** Runs the command that rotates, and says how long it took. */
export async function rotate(context: CheckContext, what: Rotation): Promise<void> {
  const { target, probe } = context;
  probe.busy(`rotate ${what}`);
  const started = Date.now();
  await runCommand(context, target.rotateCommand, { GATEHOUSE_ROTATE: what }, `rotates ${what}`);
  probe.figure(`${what}: the command took`, Date.now() - started, "ms");
}
