import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { BadInput } from "../exit";

const projectFileSchema = z.looseObject({
  name: z.string().min(1),
  main: z.string().optional(),
  runtime: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
  stackConfigDir: z.string().optional(),
  config: z.record(z.string(), z.unknown()).nullish(),
});

/** A Pulumi project on disk. */
export interface Project {
  /** Its folder. */
  directory: string;
  name: string;
  /** The program's entry: a file or a folder with a package. */
  main: string;
  /** The project's own `config:` section: defaults for all stacks. */
  config: Record<string, unknown>;
  /** The stacks that have a settings file, by name. */
  stacks: ReadonlyMap<string, string>;
}

/** Reads the project of a folder. */
export function readProject(directory: string): Project {
  const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(directory, name)).find((path) => existsSync(path));
  if (file === undefined) {
    throw new BadInput("There is no Pulumi project here.", [
      { key: "Pulumi.yaml", value: `(not in ${directory})`, mend: "run gatehouse in the folder of a Pulumi project" },
    ]);
  }
  const parsed = projectFileSchema.safeParse(readYaml(file));
  if (!parsed.success) {
    throw new BadInput(
      "The project file cannot be used.",
      parsed.error.issues.map(({ path, message }) => ({
        key: `Pulumi.yaml: ${path.map(String).join(".")}`,
        value: message,
        mend: "write it as Pulumi documents its project file",
      })),
    );
  }
  const { name, main, runtime, stackConfigDir, config } = parsed.data;
  const runtimeName = typeof runtime === "string" ? runtime : (runtime?.name ?? "nodejs");
  if (runtimeName !== "nodejs") {
    throw new BadInput("Only programs for Node.js can be previewed offline.", [
      { key: "Pulumi.yaml: runtime", value: runtimeName, mend: "preview this program with the Pulumi CLI" },
    ]);
  }
  return {
    directory,
    name,
    main: resolve(directory, main ?? "."),
    config: config ?? {},
    stacks: stackFiles(resolve(directory, stackConfigDir ?? ".")),
  };
}

function stackFiles(directory: string): Map<string, string> {
  const stacks = new Map<string, string>();
  for (const entry of readdirSync(directory).sort()) {
    const name = /^Pulumi\.(.+)\.ya?ml$/.exec(entry)?.[1];
    if (name !== undefined) {
      stacks.set(name, join(directory, entry));
    }
  }
  return stacks;
}

/**
 * The settings file of a stack: the one that is given, whatever the stack is called, else the project's own. An unknown
 * name is answered with the names that there are.
 */
export function stackFile(project: Project, stack: string, given?: string): string {
  if (given !== undefined) {
    return givenFile(given);
  }
  const file = project.stacks.get(stack);
  if (file !== undefined) {
    return file;
  }
  const names = [...project.stacks.keys()];
  throw new BadInput(`There is no stack "${stack}" in project ${project.name}.`, [
    {
      key: "<stack>",
      value: stack,
      mend:
        names.length === 0
          ? "write a Pulumi.<stack>.yaml for it"
          : `use one of ${names.join(", ")}, write a Pulumi.${stack}.yaml, or name its file with --config-file`,
    },
  ]);
}

function givenFile(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new BadInput("The settings file is not there.", [
      { key: "--config-file", value: file, mend: "name a file with the settings of a stack below config:" },
    ]);
  }
  return file;
}

export function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    // The parser quotes the source below its first line, and the source may hold what nobody should see.
    const [line = "it is not readable"] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new BadInput("A file of the project cannot be read.", [
      {
        key: file,
        value: line.replace(/:$/, ""),
        mend: error instanceof YAMLParseError ? "mend its YAML" : "check it",
      },
    ]);
  }
}
