import { type Command } from "commander";
import { endInOrder } from "../interruption";
import { startUp } from "../startUp";
import { collectSettings } from "./settings";

export function addUp(program: Command): void {
  program
    .command("up")
    .description("build or find every component once, start the cluster, and put a stack into it")
    .argument("<stack>", "the stack, as in Pulumi.<stack>.yaml")
    .option(
      "--set <path=value>",
      "a setting of the stack for this bed only, as in pulumi config set --path",
      collectSettings,
      {},
    )
    .option("--without <program>", "act as if a program could not be had; may be given several times", append, [])
    .addHelpText(
      "after",
      [
        "",
        "Programs that Go's module proxy and PyPI have are built; oauth2-proxy, cert-manager, Pulumi and Chromium are taken from",
        "PATH or GATEHOUSE_<NAME>. GATEHOUSE_BED_CACHE and GATEHOUSE_BED_STATE name the two folders that the bed writes to.",
      ].join("\n"),
    )
    .action(async (stack: string, { set, without }: { set: Record<string, unknown>; without: string[] }) => {
      endInOrder();
      await startUp({ stack, settings: set, without, report: reporter() });
    });
}

function append(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

/** Lines on the standard error with the time since the start. */
export function reporter(): (line: string) => void {
  const start = performance.now();
  return (line) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(4);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
}
