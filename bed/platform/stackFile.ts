import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { Redactor } from "../../cli/engine/redactor";
import { BadInput } from "../../cli/exit";
import { readProject, readYaml, stackFile } from "../../cli/project/project";
import { readStackConfig } from "../../cli/project/stackConfig";
import { checkSettings } from "../../stacks/readSettings";
import { type Settings } from "../../stacks/schema";
import { SettingsError } from "../../stacks/settingsError";
import { type Surroundings } from "./cluster/surroundings";
import { limits } from "./limits";
import { platformLayout, repository } from "./layout";
import { type Rotation } from "./options";
import { privateFolder, writePrivate } from "./privateFiles";
import { settingPath, withSetting } from "./settingPath";

/** The audience that machine tokens need, on the bed as in the shipped stacks. */
export const audience = "pipelines.kubeflow.org";

/** An issuer of whom only the name exists (RFC 2606), so that its keys can be fetched by nobody. */
export const unreachableIssuer = "https://unreachable.example.com";

export interface BedStack {
  name: string;
  file: string;
  settings: Settings;
}

export interface StackArgs {
  /** A stack of the project, or the path of a settings file. */
  stack: string;
  state: string;
  charts: string;
  surroundings: Surroundings;
  settings?: Readonly<Record<string, unknown>>;
  /** Settings that are secrets, by path: the file that has it, and whose content stands in no other. */
  secrets?: Readonly<Record<string, string>>;
}

/** Stands in the settings where a secret is that whoever applies them brings along. */
const broughtAlong = { secure: "brought along by the bed" } as const;

interface StackYaml {
  config: Record<string, unknown>;
  [key: string]: unknown;
}

/** Writes the stack's own settings with the bed's changes to a file of the bed, and checks them. */
export function writeBedStack({
  stack,
  state,
  charts,
  surroundings,
  settings = {},
  secrets = {},
}: StackArgs): BedStack {
  const project = readProject(repository);
  const isFile = stack.includes("/") || /\.ya?ml$/.test(stack);
  const source = isFile ? resolve(stack) : stackFile(project, stack);
  const name = isFile ? nameOf(source) : stack;
  const own = asStack(readYaml(source));
  const earlier = earlierStack(state, name);

  const set = (path: string, value: unknown) => {
    const [first, ...rest] = settingPath(path);
    const key = `${project.name}:${first}`;
    own.config[key] = withSetting(own.config[key], rest, value);
  };
  set("mirror.charts", resolve(charts));
  const { apiServer, dns, issuer } = surroundings;
  set("cluster.apiServer.cidrs", apiServer.cidrs);
  set("cluster.apiServer.ports", apiServer.ports);
  set("cluster.dns", dns);
  // The stack's own issuers are other people's; with keys that nobody can fetch one of them is enough.
  set("machines.cluster", { type: "none" });
  set("machines.issuers", [
    { name: "cluster", issuer: issuer.url, audiences: [audience], jwks: issuer.jwks },
    { name: "unreachable", issuer: unreachableIssuer, audiences: [audience], users: ["unreachable:*"] },
  ]);
  // A second `up` is not to take a rotation back.
  for (const [key, number] of Object.entries(rotationsOf(earlier, project.name))) {
    set(`rotation.${key}`, number);
  }
  for (const [path, value] of Object.entries(settings)) {
    set(path, value);
  }
  for (const path of Object.keys(secrets)) {
    set(path, broughtAlong);
  }
  // Pulumi keeps the salt of its passphrase here.
  for (const key of ["secretsprovider", "encryptionsalt", "encryptedkey"]) {
    if (earlier?.[key] !== undefined) {
      own[key] = earlier[key];
    }
  }
  const written = write(state, name, own, project.name);
  const { secretKeys } = readStackConfig(project, written.file, new Redactor());
  const ours = Object.keys(secrets).map((path) => `${project.name}:${settingPath(path)[0]}`);
  const encrypted = secretKeys.filter((key) => !ours.includes(key));
  const problems = limits(written.settings, { overridden: Object.keys(settings), encrypted });
  if (problems.length > 0) {
    throw new BadInput(`The stack ${name} asks for what the bed has not; nothing was deployed.`, problems);
  }
  return written;
}

/** Raises one rotation number of the deployed stack by one. */
export function raiseRotation(state: string, stack: string, rotation: Rotation): BedStack {
  const project = readProject(repository);
  const file = bedStackFile(state, stack);
  const deployed = readBedStack(state, stack);
  const own = asStack(readYaml(file));
  const key = `${project.name}:rotation`;
  own.config[key] = withSetting(own.config[key], [rotation], deployed.settings.rotation[rotation] + 1);
  return write(state, deployed.name, own, project.name);
}

/** The stack as it was deployed last. */
export function readBedStack(state: string, stack: string): BedStack {
  const file = bedStackFile(state, stack);
  if (!existsSync(file)) {
    throw new BadInput("This stack is not on the bed.", [
      { key: "stack", value: stack, mend: "deploy it first: npm run bed -- up <stack>" },
    ]);
  }
  const name = nameOf(file);
  return { name, file, settings: settingsOf(file, name) };
}

function bedStackFile(state: string, stack: string): string {
  const name = stack.includes("/") || /\.ya?ml$/.test(stack) ? nameOf(stack) : stack;
  return join(platformLayout(state).project, `Pulumi.${name}.yaml`);
}

/** `Pulumi.<stack>.yaml` names its stack; another file is one by its own name. */
function nameOf(file: string): string {
  return basename(file)
    .replace(/^Pulumi\./, "")
    .replace(/\.ya?ml$/, "");
}

function earlierStack(state: string, name: string): StackYaml | undefined {
  const file = bedStackFile(state, name);
  return existsSync(file) ? asStack(parse(readFileSync(file, "utf8"))) : undefined;
}

function asStack(yaml: unknown): StackYaml {
  const { config, ...rest } = (yaml ?? {}) as Partial<StackYaml>;
  return { ...rest, config: { ...config } };
}

function rotationsOf(stack: StackYaml | undefined, project: string): Record<string, unknown> {
  return (stack?.config[`${project}:rotation`] ?? {}) as Record<string, unknown>;
}

function write(state: string, name: string, content: StackYaml, project: string): BedStack {
  const folder = privateFolder(platformLayout(state).project);
  writePrivate(join(folder, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
  const text = `# Written by the bed from the stack's own settings; changes here are lost.\n${stringify(content)}`;
  const file = writePrivate(join(folder, `Pulumi.${name}.yaml`), text);
  return { name, file, settings: settingsOf(file, name) };
}

/** The settings as the program reads them, with every default. */
function settingsOf(file: string, stack: string): Settings {
  const project = readProject(repository);
  const { values, secretKeys } = readStackConfig(project, file, new Redactor());
  const prefix = `${project.name}:`;
  const ours = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  const bare = (key: string) => key.slice(prefix.length);
  try {
    return checkSettings({
      project: project.name,
      stack,
      values: Object.fromEntries(ours.map(([key, value]) => [bare(key), value])),
      secretKeys: new Set(secretKeys.map(bare)),
    });
  } catch (error) {
    if (error instanceof SettingsError) {
      throw new BadInput(`The settings of ${stack} for the bed are wrong.`, error.problems);
    }
    throw error;
  }
}
