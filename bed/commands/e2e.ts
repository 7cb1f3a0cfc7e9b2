import { type Command, Option } from "commander";
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitCodes } from "../../cli/exit";
import { type MutationChoice, mutationChoices } from "../e2e/mutate";
import { runE2e } from "../e2e/run";
import { endInOrder } from "../interruption";
import { readLock } from "../programs/lock";
import { checkWithout } from "../programs/setAside";
import { reporter } from "./up";
import { seconds } from "./settings";

interface Options {
  out: string;
  load: number;
  mutations: MutationChoice;
  without: string[];
  keep: boolean;
  table?: string;
}

export function addE2e(program: Command): void {
  program
    .command("e2e")
    .description("for each mode: up, the acceptance suite, each rule broken once, down")
    .option("--out <dir>", "where the reports go; what is there is replaced", "out/e2e")
    .option("--load <seconds>", "seconds of steady load", seconds, 60)
    .addOption(
      new Option("--mutations <which>", "which of the chain's rules are broken, one by one, to see the suite notice")
        .choices(mutationChoices)
        .default("all"),
    )
    .option(
      "--without <program>",
      "act as if a program could not be had",
      (value, earlier: string[]) => [...earlier, value],
      [],
    )
    .option("--table <file>", "where else to write the table of what was proven, as docs/reference/proven.md is")
    .option("--keep", "leave the bed up, to look at", false)
    .action(async ({ out, load, mutations, without, keep, table }: Options) => {
      checkWithout(readLock(), without);
      endInOrder();
      const directory = resolve(out);
      const counts = await runE2e({ out: directory, load, mutations, without, keep, report: reporter() });
      const { passed, failed, leftOut } = counts;
      if (table !== undefined) {
        copyFileSync(join(directory, "proven.md"), resolve(table));
      }
      process.stdout.write(`\nreports: ${directory}\n`);
      process.stdout.write(`${passed} passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} skipped` : ""}\n`);
      process.exitCode = failed > 0 || passed === 0 ? exitCodes.mandatoryViolation : exitCodes.clean;
    });
}
