import { type Command, InvalidArgumentError, Option } from "commander";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitCodes } from "../../cli/exit";
import { type Mode } from "../e2e/mode";
import { modes } from "../e2e/modes";
import { type MutationChoice, mutationChoices } from "../e2e/mutate";
import { withSections } from "../e2e/proven";
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
  modes: readonly Mode[];
  table?: string;
}

export function addE2e(program: Command): void {
  program
    .command("e2e")
    .description("for each mode: up, the acceptance suite, each rule broken once, down")
    .option("--out <dir>", "where the reports go; what is there is replaced", "out/e2e")
    .addOption(
      new Option(
        "--modes <names>",
        `which ways of running the platform, with commas between them: ${modes.map(({ name }) => name).join(", ")}`,
      )
        .argParser(namedModes)
        .default(modes, "every one"),
    )
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
    .action(async ({ out, load, mutations, without, keep, modes: chosen, table }: Options) => {
      checkWithout(readLock(), without);
      endInOrder();
      const directory = resolve(out);
      const counts = await runE2e({
        out: directory,
        modes: chosen,
        load,
        mutations,
        without,
        keep,
        report: reporter(),
      });
      const { passed, failed, leftOut, failures } = counts;
      if (table !== undefined) {
        const own = readFileSync(join(directory, "proven.md"), "utf8");
        const earlier = existsSync(table) ? readFileSync(table, "utf8") : "";
        writeFileSync(
          resolve(table),
          withSections(
            earlier,
            own,
            modes.map(({ name }) => name),
          ),
        );
      }
      // At the very end, because a log that is cut off keeps its end.
      process.stdout.write(["", ...failures.map((line) => `FAILED ${line}`), `reports: ${directory}`, ""].join("\n"));
      process.stdout.write(`${passed} passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} skipped` : ""}\n`);
      process.exitCode = failed > 0 || passed === 0 ? exitCodes.mandatoryViolation : exitCodes.clean;
    });
}

/** Every mode that is named, in their own order. */
function namedModes(text: string): readonly Mode[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !modes.some((mode) => mode.name === name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`${unknown.join(", ")}: write some of ${modes.map(({ name }) => name).join(", ")}`);
  }
  return modes.filter(({ name }) => names.includes(name));
}
