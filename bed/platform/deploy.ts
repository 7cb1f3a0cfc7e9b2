import { existsSync } from "node:fs";
import { BadInput } from "../../cli/exit";
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
import { deployWithPulumi, destroyWithPulumi, previewWithPulumi } from "./pulumi/deploy";
import { readFacts, writeFacts } from "./factsFile";
import { readApplied } from "./serverSide/applied";
import { deployServerSide } from "./serverSide/deploy";
import { removeServerSide } from "./serverSide/remove";
import { type BedStack, raiseRotation, readBedStack, writeBedStack } from "./stackFile";
import { Steps } from "./steps";

/** Puts a stack into the bed's cluster: by `pulumi up` where all of it is there, else by the preview's manifests. */
export async function deploy(options: PlatformOptions): Promise<Facts> {
  privateFolder(options.state);
  const api = await Api.connect(options.kubeconfig);
  const steps = new Steps(options.progress);
  await forgetOtherClusters(options.state, api);
  const bedStack = await steps.run("reading the cluster", () => prepare(options, api));
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
  forgetDeployment(options.state);
  return { removed, durations: steps.durations };
}

/**
 * The real engine's preview, to hold the offline preview against: of the stack as `pulumi up` left it, or of a new one. A
 * new one needs a cluster without the stack, because the API server tells a preview which node ports are taken.
 */
export async function previewJson(options: PlatformOptions): Promise<unknown> {
  const missing = missingForPulumi(options.programs);
  if (missing.length > 0) {
    throw new BadInput("The real engine's preview needs programs that are not here.", [
      { key: "programs", value: missing.join(", "), mend: "put them on PATH or name them by GATEHOUSE_<NAME>" },
    ]);
  }
  privateFolder(options.state);
  const api = await Api.connect(options.kubeconfig);
  await forgetOtherClusters(options.state, api);
  return previewWithPulumi(options, await prepare(options, api));
}

async function prepare({ stack, state, charts, settings }: PlatformOptions, api: Api): Promise<BedStack> {
  return writeBedStack({ stack, state, charts, surroundings: await readSurroundings(api), settings });
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
