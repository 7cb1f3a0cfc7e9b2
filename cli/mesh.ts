import { type Command, Option } from "commander";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { type CommandContext } from "./context";
import { BadInput, exitCodes } from "./exit";
import { formatMeshCheck } from "./formats/mesh";
import type * as required from "./mesh/required";
import { readProject, stackFile } from "./project/project";
import { readStackConfig } from "./project/stackConfig";
import { type Plain } from "./manifests/shape";
import { toYaml } from "./manifests/yaml";

interface MeshOptions {
  check?: string;
  configFile?: string;
  json?: boolean;
}

export function addMesh(program: Command, context: CommandContext): void {
  program
    .command("mesh")
    .description("print the values that an existing Istio needs, or check one without pulumi")
    .argument("<stack>", "the stack, as in Pulumi.<stack>.yaml")
    .addOption(
      new Option("--check <file>", "compare what kubectl get -o yaml wrote into a file, or - for standard input"),
    )
    .addOption(new Option("--config-file <file>", "take the settings from this file instead of Pulumi.<stack>.yaml"))
    .addOption(new Option("--json", "print one JSON document and nothing else"))
    .addHelpText(
      "after",
      [
        "",
        "Exit codes: 0 printed, or no difference, 1 differences, 2 bad settings or options, 3 a failure of ours.",
      ].join("\n"),
    )
    .action(async (stack: string, { check, configFile, json }: MeshOptions) => {
      const project = readProject(process.cwd());
      const file = stackFile(project, stack, configFile === undefined ? undefined : resolve(configFile));
      const config = readStackConfig(project, file, context.redactor);
      /* eslint-disable @typescript-eslint/no-require-imports -- loading Pulumi takes half a second, here alone */
      require("./engine/lateModules.js");
      const { checkMesh, meshOf, mustExist, printedValues } = require("./mesh/required") as typeof required;
      /* eslint-enable @typescript-eslint/no-require-imports */
      const found = meshOf(project.name, stack, config);
      const { mesh } = found;
      if (check === undefined) {
        if (found.assumed) {
          context.output.aside(
            `note: ${stack} installs Istio itself. An Istio that exists already would need these values, with istio.type: existing and its namespace.\n`,
          );
        }
        const values = printedValues(mesh);
        await context.output.print(
          json === true
            ? JSON.stringify({ format: "gatehouse.mesh/v1", values }, null, 2)
            : toYaml(values as Plain).trimEnd(),
        );
        context.finish(exitCodes.clean);
        return;
      }
      mustExist(project.name, found);
      const differences = checkMesh(await readText(check), mesh);
      await context.output.print(
        json === true
          ? JSON.stringify({ format: "gatehouse.mesh/v1", differences }, null, 2)
          : formatMeshCheck(mesh.namespace, differences, context.style),
      );
      context.finish(differences.length === 0 ? exitCodes.clean : exitCodes.mandatoryViolation);
    });
}

async function readText(file: string): Promise<string> {
  try {
    // Reading the descriptor at once fails with EAGAIN where whoever writes into the pipe is slow.
    return await (file === "-" ? text(process.stdin) : readFile(resolve(file), "utf8"));
  } catch (error) {
    throw new BadInput("The file with the cluster's objects cannot be read.", [
      {
        key: "--check",
        value: file,
        mend: error instanceof Error ? error.message : String(error),
      },
    ]);
  }
}
