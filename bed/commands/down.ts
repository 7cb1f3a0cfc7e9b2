import { type Command } from "commander";
import { takeDown } from "../node/takeDown";

export function addDown(program: Command): void {
  program
    .command("down")
    .description("stop everything that the bed started, and nothing else; logs stay")
    .action(async () => {
      const { ended } = await takeDown();
      process.stdout.write(ended === 0 ? "no bed was up\n" : `the bed is down: ${ended} processes ended\n`);
    });
}
