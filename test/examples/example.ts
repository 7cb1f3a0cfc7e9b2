import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Redactor } from "../../cli/engine/redactor";
import { readProject, stackFile } from "../../cli/project/project";
import { readStackConfig, type StackConfig } from "../../cli/project/stackConfig";
import { recordIndex } from "../program/record";
import { type Recording } from "../program/recording";

export const root = join(__dirname, "../..");
const folder = join(root, "examples");

/** The names of the examples' stacks. */
export const examples = readdirSync(folder)
  .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
  .sort();

export const fileOf = (name: string) => join(folder, `Pulumi.${name}.yaml`);
export const textOf = (name: string) => readFileSync(fileOf(name), "utf8");

/** The example's settings as `gatehouse preview <name> --config-file <file>` reads them. */
export function configOf(name: string): StackConfig {
  const project = readProject(root);
  return readStackConfig(project, stackFile(project, name, fileOf(name)), new Redactor());
}

const recordings = new Map<string, Promise<Recording>>();

/** What the program makes of the example; recorded once. */
export function recordingOf(name: string): Promise<Recording> {
  const { values, secretKeys } = configOf(name);
  const recording = recordings.get(name) ?? recordIndex({ stack: name, config: values, secretKeys });
  recordings.set(name, recording);
  return recording;
}
