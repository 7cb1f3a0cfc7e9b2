import { type Command, Option } from "commander";
import { type CommandContext } from "./context";
import type * as run from "./scan/run";

export interface ScanOptions {
  format: "text" | "json" | "sarif";
  level: "mandatory" | "advisory";
  environment: "dev" | "staging" | "prod";
  namespace: string;
  config?: string;
}

export function addScan(program: Command, context: CommandContext): void {
  program
    .command("scan")
    .description("check Kubernetes YAML and JSON with the policy pack's rules: no cluster, no Pulumi")
    .argument("<inputs...>", "files, folders with *.yaml, *.yml and *.json below them, or - for standard input")
    .addOption(new Option("--format <format>", "how to report").choices(["text", "json", "sarif"]).default("text"))
    .addOption(
      new Option("--level <level>", "the mildest violation that fails the scan")
        .choices(["mandatory", "advisory"])
        .default("mandatory"),
    )
    .addOption(
      new Option("--environment <name>", "where the objects go; some rules are advisory in dev")
        .choices(["dev", "staging", "prod"])
        .default("prod"),
    )
    .addOption(new Option("--namespace <name>", "the namespace of objects that name none").default("default"))
    .addOption(
      new Option("--config <file>", "levels, settings and exemptions, as for pulumi's --policy-pack-config (JSON)"),
    )
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 clean, 1 a violation that counts, 2 something that can't be read (the rest is scanned and shown)",
        "or bad options, 3 a failure of ours.",
      ].join("\n"),
    )
    .action(async (inputs: string[], options: ScanOptions) => {
      // Only now: the rules with their readers would make every other command wait.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { scan } = require("./scan/run") as typeof run;
      context.finish(await scan(inputs, options, context));
    });
}
