import { existsSync } from "node:fs";
import { BadInput, Failure } from "../../cli/exit";
import { partOf } from "../../components/labels";
import { namespaces, namespacesOfOthers } from "../../stacks/namespaces";
import { type Settings } from "../../stacks/schema";
import { Api } from "./cluster/api";
import { forgetDeployment, forgetOtherClusters } from "./cluster/identity";
import { readSurroundings } from "./cluster/surroundings";
import { type Deployed } from "./deployed";
import { type Facts } from "./facts";
import { platformLayout } from "./layout";
import { LeftOut } from "./leftOut";
import { type PlatformOptions, type Rotation } from "./options";
import { privateFolder } from "./privateFiles";
import { missingForPulumi } from "./pulumi/cli";
import { type Agreement, agreement } from "./pulumi/agreement";
import { deployWithPulumi, destroyWithPulumi, previewWithPulumi, upWithoutChange } from "./pulumi/deploy";
import { readFacts, writeFacts } from "./factsFile";
import { readApplied } from "./serverSide/applied";
import { deployServerSide } from "./serverSide/deploy";
import { offlinePreview } from "./serverSide/render";
import { removeServerSide } from "./serverSide/remove";
import { type BedStack, raiseRotation, readBedStack, writeBedStack } from "./stackFile";
import { Steps } from "./steps";

/** Writes the settings of a stack for this cluster, and forgets what was written of another one. */
export async function prepare(options: PlatformOptions): Promise<BedStack> {
  return prepareOn(options, await Api.connect(options.kubeconfig));
}

/** Puts a stack into the bed's cluster: by `pulumi up` where all of it is there, else by the preview's manifests. */
export async function deploy(options: PlatformOptions): Promise<Facts> {
  const api = await Api.connect(options.kubeconfig);
  const steps = new Steps(options.progress);
  const bedStack = await steps.run("reading the cluster", () => prepareOn(options, api));
  return apply(options, bedStack, api, steps);
}

/** Rotates a secret of the deployed stack, as docs/5-rotation.md says, and waits until what uses it has restarted. */
export async function rotate(options: PlatformOptions, rotation: Rotation): Promise<Facts> {
  const api = await Api.connect(options.kubeconfig);
  return apply(options, raiseRotation(options.state, options.stack, rotation), api, new Steps(options.progress));
}

/** Removes the stack again; says how many objects were deleted. */
export async function remove(
  options: PlatformOptions,
): Promise<{ removed: number; durations: Record<string, number> }> {
  const steps = new Steps(options.progress);
  const stack = readBedStack(options.state, options.stack);
  const { appliedBy } = readFacts(options.state);
  const removed =
    appliedBy === "pulumi up"
      ? await destroyWithPulumi(options, stack, steps)
      : await removeServerSide(options, await Api.connect(options.kubeconfig), steps);
  await nothingLeft(await Api.connect(options.kubeconfig), stack.settings);
  forgetDeployment(options.state);
  return { removed, durations: steps.durations };
}

/**
 * A namespace that outlives the stack holds something that nobody would ever remove; and what is somebody else's goes on,
 * without anything of the platform's in it.
 */
export async function nothingLeft(
  api: Pick<Api, "find" | "list">,
  settings: Pick<Settings, "certManager" | "istio">,
): Promise<void> {
  const others = namespacesOfOthers(settings);
  const own = Object.values(namespaces).filter((name) => !others.includes(name));
  const exists = async (name: string) => (await api.find(`/api/v1/namespaces/${name}`)) !== undefined;
  const left = (await Promise.all(own.map(async (name) => ((await exists(name)) ? [name] : [])))).flat();
  if (left.length > 0) {
    throw new Failure(`The stack was removed, and these namespaces are still there: ${left.join(", ")}.`);
  }
  const selector = encodeURIComponent(
    Object.entries(partOf)
      .map((pair) => pair.join("="))
      .join(","),
  );
  const forgotten = others.flatMap((name) =>
    ["secrets", "configmaps"].map(async (kind) => {
      const found = await api.list(`/api/v1/namespaces/${name}/${kind}?labelSelector=${selector}`);
      return found.map(({ metadata }) => `${kind} ${name}/${metadata.name}`);
    }),
  );
  const [first, ...more] = (await Promise.all(forgotten)).flat();
  if (first !== undefined) {
    throw new Failure(`The stack was removed, and this is left in others' namespaces: ${[first, ...more].join(", ")}.`);
  }
}

/**
 * Holds the offline preview of the deployed stack against the real engine's: same resources, and nothing to change. Without
 * the engine's programs there is nothing to compare with.
 */
export async function compareEngines(options: PlatformOptions): Promise<Agreement> {
  demandPulumi(options);
  const stack = readBedStack(options.state, options.stack);
  const steps = new Steps(options.progress);
  const { charts, programs } = options;
  const ours = await steps.run("the offline preview", () =>
    offlinePreview(
      ["preview", stack.name, "--config-file", stack.file, "--charts", charts, "--json"],
      programs.path("helm"),
    ),
  );
  const engine = await steps.run("pulumi preview --json", () => previewWithPulumi(options, stack));
  return agreement(ours.resources, engine);
}

/** Deploys what is deployed once more, and fails where that changes anything. */
export async function deployAgain(options: PlatformOptions): Promise<void> {
  demandPulumi(options);
  await upWithoutChange(options, readBedStack(options.state, options.stack), new Steps(options.progress));
}

function demandPulumi({ programs, state }: PlatformOptions): void {
  const missing = missingForPulumi(programs);
  if (missing.length > 0) {
    throw new BadInput("The real engine needs programs that are not here.", [
      { key: "programs", value: missing.join(", "), mend: "put them on PATH or name them by GATEHOUSE_<NAME>" },
    ]);
  }
  const { appliedBy } = readFacts(state);
  if (appliedBy !== "pulumi up") {
    throw new BadInput("The stack was not deployed by the real engine, which knows nothing of it.", [
      { key: "applied by", value: appliedBy, mend: "take the bed down, and bring it up with Pulumi's programs" },
    ]);
  }
}

async function prepareOn(options: PlatformOptions, api: Api): Promise<BedStack> {
  const { stack, state, charts, settings, secrets } = options;
  privateFolder(state);
  await forgetOtherClusters(state, api);
  return writeBedStack({ stack, state, charts, surroundings: await readSurroundings(api), settings, secrets });
}

async function apply(options: PlatformOptions, stack: BedStack, api: Api, steps: Steps): Promise<Facts> {
  const leftOut = new LeftOut(options.programs, options.leftOut);
  const why = whyNotPulumi(options, leftOut);
  if (why !== undefined) {
    steps.progress(`applying the preview's manifests: ${why}`);
  }
  const deployed: Deployed =
    why === undefined
      ? await deployWithPulumi(options, stack, steps)
      : await deployServerSide({ options, stack, api, leftOut, steps });
  return writeFacts({ options, stack, api, steps, deployed, ...(why === undefined ? {} : { whyNotPulumi: why }) });
}

/** Why the manifests are applied without Pulumi; `undefined` where `pulumi up` can do it. */
export function whyNotPulumi({ programs, state }: Pick<PlatformOptions, "programs" | "state">, leftOut: LeftOut) {
  const { applied, pulumi } = platformLayout(state);
  const missing = missingForPulumi(programs);
  if (missing.length > 0) {
    return `${missing.join(", ")} cannot be had`;
  }
  if (leftOut.any) {
    if (existsSync(pulumi.backend)) {
      throw new BadInput("The stack was deployed by `pulumi up`, which would now wait for pods without an image.", [
        {
          key: "left out",
          value: leftOut.names.join(", "),
          mend: "bring the programs back, or take the bed down first",
        },
      ]);
    }
    return `${leftOut.names.join(", ")} cannot be had, and \`pulumi up\` would wait for its pods`;
  }
  // What one of them made, the other one would meet as somebody else's.
  return readApplied(applied).length > 0 ? "it was deployed so before" : undefined;
}
