import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type ErrorReport } from "../../../cli/errorReport";
import { type GeneratedValue } from "../../../cli/manifests/generated";
import { kustomizationName } from "../../../cli/manifests/kustomization";
import { Failure } from "../../../cli/exit";
import { type PreviewReport } from "../../../cli/preview/report";
import { outcomeOf } from "../../command";
import { type KubernetesObject } from "../cluster/object";
import { repository } from "../layout";
import { type BedStack } from "../stackFile";

export interface RenderArgs {
  stack: BedStack;
  /** The folder with a folder for each chart. */
  charts: string;
  /** Path of the helm program. */
  helm: string;
  /** The folder to write to. */
  out: string;
}

export interface Rendered {
  /** In the order in which the folder says they are to be applied. */
  objects: KubernetesObject[];
  generated: GeneratedValue[];
}

/** Has the project's own preview write the stack, as for GitOps, and reads what it wrote. */
export async function render({ stack, charts, helm, out }: RenderArgs): Promise<Rendered> {
  const report = await offlinePreview(
    ["preview", stack.name, "--config-file", stack.file, "--charts", charts, "--out", out, "--json"],
    helm,
  );
  const refused = report.findings.filter(({ level }) => level === "mandatory");
  if (report.written === null) {
    throw new Failure(
      `The policy pack rejects the stack ${stack.name}; nothing was applied.`,
      refused.map(({ rule, message }) => `${rule}: ${message}`).join("\n"),
    );
  }
  if (report.unrendered.length > 0) {
    throw new Failure(
      `${report.unrendered.length} parts of the stack could not be rendered; nothing was applied.`,
      report.unrendered.map(({ name, reason }) => `${name}: ${reason}`).join("\n"),
    );
  }
  return { objects: readObjects(out), generated: report.generated };
}

/** The objects of a folder that `--out` wrote, in the order of its kustomizations: one for all, one for each stage. */
export function readObjects(folder: string): KubernetesObject[] {
  const { resources } = parse(readFileSync(join(folder, kustomizationName), "utf8")) as { resources: string[] };
  return resources.flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? readObjects(path) : [parse(readFileSync(path, "utf8")) as KubernetesObject];
  });
}

/** Runs the project's own preview, and reads its report. */
export async function offlinePreview(args: string[], helm: string): Promise<PreviewReport> {
  const { stdout, stderr } = await outcomeOf(process.execPath, [join(repository, "bin", "gatehouse.js"), ...args], {
    cwd: repository,
    env: { ...process.env, GATEHOUSE_HELM: helm, NODE_OPTIONS: "" },
  });
  let answer: PreviewReport | ErrorReport;
  try {
    answer = JSON.parse(stdout) as PreviewReport | ErrorReport;
  } catch {
    throw new Failure("The preview printed no report.", stderr.trim().split("\n").slice(-15).join("\n"));
  }
  if (answer.format === "gatehouse.error/v1") {
    const problems = answer.problems.map(({ key, value, mend }) => `${key}: ${value}\n  ${mend}`);
    throw new Failure(`The preview failed: ${answer.message}`, [...problems, answer.details].join("\n"));
  }
  return answer;
}
