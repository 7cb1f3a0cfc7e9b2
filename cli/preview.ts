import { type Command, Option } from "commander";
import { resolve } from "node:path";
import { chartsFolder } from "./charts/source";
import { type CommandContext } from "./context";
import { formatPreview } from "./formats/preview";
import { type ExitCode } from "./exit";
import { checkOutputFolder, readOutput } from "./manifests/folder";
import { PackProcess } from "./policies/pack";
import type * as run from "./preview/run";
import { checkReportFiles, writeReportFiles } from "./preview/files";
import { readProject, stackFile } from "./project/project";
import { readStackConfig } from "./project/stackConfig";

interface PreviewOptions {
  out?: string;
  against?: string;
  charts?: string;
  configFile?: string;
  policyPackConfig?: string;
  json?: boolean;
  sarif?: string;
  markdown?: string;
}

export function addPreview(program: Command, context: CommandContext): void {
  program
    .command("preview")
    .description("run the program and the policy pack offline: no cluster, no Pulumi CLI, no credentials")
    .argument("<stack>", "the stack, as in Pulumi.<stack>.yaml")
    .addOption(new Option("--out <dir>", "write ready-to-apply YAML in stages to an empty folder or an earlier output"))
    .addOption(new Option("--against <dir>", "show what changed against an earlier output"))
    .addOption(new Option("--charts <dir>", "take charts from a folder of <chart>/ or <chart>-<version>.tgz"))
    .addOption(new Option("--config-file <file>", "take the settings from this file instead of Pulumi.<stack>.yaml"))
    .addOption(
      new Option("--policy-pack-config <file>", "levels, settings and exemptions, as pulumi's option of that name"),
    )
    .addOption(new Option("--json", "print one JSON document and nothing else"))
    .addOption(new Option("--sarif <file>", "write the violations for GitHub's code scanning, too"))
    .addOption(new Option("--markdown <file>", "write findings and changes for a comment on a pull request, too"))
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 clean, 1 a mandatory policy is violated, 2 bad settings or options, 3 a failure of ours,",
        "of the program or of the policy pack.",
        "Environment: GATEHOUSE_HELM names the helm program, NO_COLOR turns colours off.",
      ].join("\n"),
    )
    .action(async (stack: string, options: PreviewOptions) => {
      context.finish(await preview(stack, options, context));
    });
}

async function preview(stack: string, options: PreviewOptions, context: CommandContext): Promise<ExitCode> {
  const { redactor, progress, output } = context;
  const project = readProject(process.cwd());
  const { policyPackConfig } = options;
  const [out, against, charts, configFile] = [options.out, options.against, options.charts, options.configFile].map(
    (path) => (path === undefined ? undefined : resolve(path)),
  );
  const settingsFile = stackFile(project, stack, configFile);
  const config = readStackConfig(project, settingsFile, redactor);
  checkReportFiles(options);
  if (out !== undefined) {
    checkOutputFolder(out, project.name, stack);
  }
  const earlier = against === undefined ? undefined : { directory: against, objects: readOutput(against) };
  if (charts !== undefined) {
    chartsFolder(charts);
  }

  const directory = resolve(project.directory, "policy");
  const pack = new PackProcess({ directory, project: project.name, stack, config });
  try {
    progress.phase("loading Pulumi");
    // The pack starts in the meantime: loading Pulumi is what takes longest, in both processes.
    /* eslint-disable @typescript-eslint/no-require-imports */
    require("./engine/lateModules.js");
    const { runPreview } = require("./preview/run") as typeof run;
    /* eslint-enable @typescript-eslint/no-require-imports */
    const report = await runPreview({
      project,
      stack,
      config,
      redactor,
      pack,
      progress,
      output,
      out,
      against: earlier,
      charts,
      policyPackConfig,
    });
    writeReportFiles(options, report, settingsFile, project.directory);
    await output.print(options.json === true ? JSON.stringify(report, null, 2) : formatPreview(report, context.style));
    return report.exitCode;
  } finally {
    progress.stop();
    pack.stop();
  }
}
