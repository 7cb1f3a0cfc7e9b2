import { type Command } from "commander";
import { buildTools, checkHostTools, goTool, machineRights, runTools } from "../programs/hostTools";
import { readLock } from "../programs/lock";

/** For CI, which leaves the bed out on a machine that cannot carry it, and must not take a failure of the bed for that. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description("say whether this machine has what the bed needs; 0 when it has, 2 when it lacks something")
    .action(async () => {
      await checkHostTools([...machineRights, goTool, ...buildTools, ...runTools], readLock());
      process.stdout.write("this machine has what the bed needs\n");
    });
}
