import { objectKey } from "../../../cli/manifests/objectId";
import { type Stage, stagesOf } from "../../../cli/manifests/stages";
import { namespaces } from "../../../stacks/namespaces";
import { type Settings } from "../../../stacks/schema";
import { certificatesReady } from "../certificates/ready";
import { signCertificates } from "../certificates/standIn";
import { type Api } from "../cluster/api";
import { type KubernetesObject, nameOf } from "../cluster/object";
import { type Deployed } from "../deployed";
import { checkExisting, istiodRolledOut } from "../existing";
import { platformLayout } from "../layout";
import { type LeftOut } from "../leftOut";
import { defaultPatience, type PlatformOptions } from "../options";
import { type BedStack } from "../stackFile";
import { type Steps } from "../steps";
import { Recipes } from "../values/recipes";
import { ValueStore } from "../values/store";
import { idOf, readApplied, reference, writeApplied } from "./applied";
import { applyAll, definitionsEstablished } from "./apply";
import { fillGenerated } from "./manifests";
import { render } from "./render";
import { isWebhookConfiguration, webhookNamespaces, webhooksTrusted } from "./webhooks";
import { imagesOf, isWorkload, workloadsReady } from "./workloads";

export interface ServerSideArgs {
  options: PlatformOptions;
  stack: BedStack;
  api: Api;
  leftOut: LeftOut;
  steps: Steps;
}

/** Applies what the preview writes, with the values that `pulumi up` would make. */
export async function deployServerSide({ options, stack, api, leftOut, steps }: ServerSideArgs): Promise<Deployed> {
  const { state, charts, programs, patience = defaultPatience } = options;
  const files = platformLayout(state);
  const versions = await steps.run("looking at what somebody else runs", () => checkExisting(stack, api));
  const { objects, generated } = await steps.run("rendering", () =>
    render({ stack, charts, helm: programs.path("helm"), out: files.rendered }),
  );
  const store = new ValueStore(files.values);
  const recipes = new Recipes(stack.settings, store, { versions, secrets: options.secrets });
  await fillGenerated(objects, generated, recipes);

  const { applied, workloads, left } = sortOut(objects, leftOut);
  const earlier = readApplied(files.applied);
  // Noted before anything is there, so that a run which fails half-way can be taken down as well.
  const ids = applied.map(idOf);
  const kept = new Set(ids.map(objectKey));
  const stale = earlier.filter((id) => !kept.has(objectKey(id)));
  writeApplied(files.applied, [...stale, ...ids]);

  const context = {
    api,
    patience,
    progress: (text: string) => steps.progress(text),
    note: (text: string) => steps.note(text),
  };
  const standIns: string[] = [];
  for (const stage of stagesOf(applied, idOf)) {
    await steps.run(stage.name, async () => {
      await applyAll(stage.objects, context);
      standIns.push(...(await settle(stage, { leftOut, api, patience, steps, workloads, settings: stack.settings })));
    });
  }
  // What a rotation replaced goes when nothing reads it any more.
  for (const id of stale.toReversed()) {
    await api.remove(reference(id));
    steps.note(`${id.kind} ${id.name} was removed: it is no longer part of the stack`);
  }
  writeApplied(files.applied, ids);
  store.prune();
  return {
    counts: { objects: applied.length, kinds: countKinds(applied), removed: stale.length },
    leftOut: left,
    standIns,
    passwords: recipes.passwords,
  };
}

interface SortedOut {
  applied: KubernetesObject[];
  /** Those to wait for. */
  workloads: Set<KubernetesObject>;
  /** What was left out, and why. */
  left: string[];
}

/** Says what is applied, what of it is waited for, and what is left out. */
export function sortOut(
  objects: readonly KubernetesObject[],
  leftOut: Pick<LeftOut, "certManager" | "image">,
): SortedOut {
  const refusing = objects.filter(
    (object) =>
      leftOut.certManager &&
      isWebhookConfiguration(object) &&
      webhookNamespaces(object).includes(namespaces.certManager),
  );
  const workloads = objects.filter(isWorkload);
  const imageless = workloads.filter((object) => imagesOf(object).some((image) => leftOut.image(image)));
  return {
    applied: objects.filter((object) => !refusing.includes(object)),
    workloads: new Set(workloads.filter((object) => !imageless.includes(object))),
    left: [
      ...imageless.map((object) => `${nameOf(object)} was applied and does not run: its image is left out`),
      ...refusing.map(
        (object) => `${nameOf(object)} was not applied: nobody would answer it, and it would refuse every object`,
      ),
    ],
  };
}

export interface Settling extends Pick<ServerSideArgs, "api" | "leftOut" | "steps"> {
  patience: number;
  workloads: ReadonlySet<KubernetesObject>;
  settings?: Pick<Settings, "istio">;
}

/** Waits until all of a stage is ready, as docs/7-gitops.md has it; says what the bed did itself. */
export async function settle(
  { name, objects }: Stage<KubernetesObject>,
  { leftOut, api, patience, steps, workloads, settings }: Settling,
): Promise<string[]> {
  await workloadsReady(
    objects.filter((object) => workloads.has(object)),
    { api, patience, progress: (text) => steps.progress(text) },
  );
  switch (name) {
    case "definitions":
      await definitionsEstablished(objects, api, patience);
      return [];
    case "foundations":
      await webhooksTrusted(objects, api, patience);
      if (settings?.istio.type === "existing") {
        await istiodRolledOut(settings.istio, api, patience);
      }
      return [];
    case "rules": {
      if (!leftOut.certManager) {
        await certificatesReady(objects, api, patience);
        return [];
      }
      const { certificates, signed } = await signCertificates(api);
      steps.progress(`certificates signed by the bed: ${signed.length === 0 ? "none was due" : signed.join(", ")}`);
      return [`cert-manager: ${certificates.length} certificates signed by the bed`];
    }
    case "gate":
    case "tokens":
      return [];
  }
}

function countKinds(objects: readonly KubernetesObject[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { kind } of [...objects].sort((a, b) => (a.kind < b.kind ? -1 : 1))) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}
