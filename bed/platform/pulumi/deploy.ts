import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../../cli/exit";
import { readProject } from "../../../cli/project/project";
import { Api } from "../cluster/api";
import { type Deployed } from "../deployed";
import { istiodRolledOut } from "../existing";
import { platformLayout, repository } from "../layout";
import { defaultPatience, type PlatformOptions } from "../options";
import { type BedStack } from "../stackFile";
import { type Steps } from "../steps";
import { PulumiCli } from "./cli";

type Options = Pick<PlatformOptions, "programs" | "state" | "kubeconfig" | "progress" | "secrets">;

interface State {
  deployment: { resources?: { type: string; custom?: boolean; inputs?: { kind?: unknown } }[] };
}

/** Runs the real `pulumi up` with the policy pack under the real engine, and reads what the program exports. */
export async function deployWithPulumi(options: Options, stack: BedStack, steps: Steps): Promise<Deployed> {
  const cli = new PulumiCli(options);
  await selectStack(cli, stack, join(platformLayout(options.state).pulumi.backend));
  await bringSecrets(cli, stack, options.secrets);
  const before = await resourcesOf(cli, stack);
  const up = () =>
    steps.run("pulumi up", () =>
      cli.run("up", ["up", "--yes", "--skip-preview", "--suppress-outputs", ...withPack, ...settingsOf(stack)]),
    );
  try {
    await up();
  } catch (error) {
    const { istio } = stack.settings;
    if (istio.type !== "existing" || !waitsForIstiod(error)) {
      throw error;
    }
    // As docs/14-bring-your-own.md says: the first run has brought what istiod's pods waited for.
    steps.note("pulumi up was refused until the company's istiod had started with the platform's CA, and ran again");
    const api = await Api.connect(options.kubeconfig);
    await steps.run("the company's istiod", () => istiodRolledOut(istio, api, defaultPatience));
    await up();
  }
  const resources = await resourcesOf(cli, stack);
  const outputs = JSON.parse(
    await cli.run("output", ["stack", "output", "--json", "--show-secrets", "--stack", stack.name], { quiet: true }),
  ) as { staticPasswords?: Record<string, string> };
  const kinds: Record<string, number> = {};
  for (const kind of resources.sort()) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return {
    counts: { objects: resources.length, kinds, removed: Math.max(0, before.length - resources.length) },
    leftOut: [],
    standIns: [],
    passwords: outputs.staticPasswords ?? {},
  };
}

/** Runs `pulumi up` once more; fails where it changes anything. */
export async function upWithoutChange(options: Options, stack: BedStack, steps: Steps): Promise<void> {
  const cli = new PulumiCli(options);
  await steps.run("pulumi up, again", () =>
    cli.run("again", [
      "up",
      "--yes",
      "--skip-preview",
      "--suppress-outputs",
      "--expect-no-changes",
      ...withPack,
      ...settingsOf(stack),
    ]),
  );
}

/** Runs `pulumi destroy`; says how many objects there were. */
export async function destroyWithPulumi(options: Options, stack: BedStack, steps: Steps): Promise<number> {
  const cli = new PulumiCli(options);
  const resources = await resourcesOf(cli, stack);
  await steps.run("pulumi destroy", () =>
    cli.run("destroy", ["destroy", "--yes", "--skip-preview", "--suppress-outputs", ...settingsOf(stack)]),
  );
  return resources.length;
}

/** What the real engine says of the deployed stack. */
export async function previewWithPulumi(options: Options, stack: BedStack): Promise<unknown> {
  const cli = new PulumiCli(options);
  return JSON.parse(
    await cli.run("preview", ["preview", "--json", "--show-sames", ...withPack, ...settingsOf(stack)], { quiet: true }),
  );
}

/** Whether the program found everything as it has to be but for istiod's pods (components/existingIstio.ts). */
export function waitsForIstiod(error: unknown): boolean {
  return error instanceof Failure && /istiod still runs pods from before its last change/.test(error.details);
}

/** Puts secrets into the settings as a person does; the value is in no list of processes. */
async function bringSecrets(cli: PulumiCli, { name, file }: BedStack, secrets: Options["secrets"]): Promise<void> {
  for (const [path, from] of Object.entries(secrets ?? {})) {
    const key = `${readProject(repository).name}:${path}`;
    await cli.run("config", ["config", "set", "--secret", "--path", key, "--stack", name, "--config-file", file], {
      quiet: true,
      input: readFileSync(from, "utf8"),
    });
  }
}

const withPack = ["--policy-pack", "policy"];

function settingsOf({ name, file }: BedStack): string[] {
  return ["--stack", name, "--config-file", file];
}

/**
 * Makes the stack in the bed's copy of the project: the command has no `--config-file`, and would write the salt of the
 * passphrase into the repository's settings.
 */
async function selectStack(cli: PulumiCli, stack: BedStack, backend: string): Promise<void> {
  const folder = platformLayout(cli.options.state).project;
  const known = existsSync(join(backend, ".pulumi"))
    ? (JSON.parse(await cli.run("list", ["stack", "ls", "--json"], { cwd: folder, quiet: true })) as { name: string }[])
    : [];
  if (!known.some(({ name }) => name === stack.name || name.endsWith(`/${stack.name}`))) {
    await cli.run("init", ["stack", "init", stack.name, "--no-select"], { cwd: folder, quiet: true });
  }
}

/** The kinds of the Kubernetes objects in the stack's state. */
async function resourcesOf(cli: PulumiCli, { name }: BedStack): Promise<string[]> {
  const text = await cli.run("export", ["stack", "export", "--stack", name], { quiet: true });
  const { resources = [] } = (JSON.parse(text) as State).deployment;
  return resources.flatMap(({ type, custom, inputs }) =>
    custom === true && type.startsWith("kubernetes:") && typeof inputs?.kind === "string" ? [inputs.kind] : [],
  );
}
