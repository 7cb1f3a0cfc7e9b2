import { type Api } from "../cluster/api";
import { until } from "../cluster/wait";
import { platformLayout } from "../layout";
import { defaultPatience, type PlatformOptions } from "../options";
import { type Steps } from "../steps";
import { readApplied, reference, writeApplied } from "./applied";

/** As `pulumi destroy`: with a definition of these, every object of its kind would go, whoever made it. */
const keptDefinitions = /(^|\.)(cert-manager|istio)\.io$/;

/** Deletes what was applied, the last first, and waits until its namespaces are gone. */
export async function removeServerSide(
  { state, patience = defaultPatience }: Pick<PlatformOptions, "state" | "patience">,
  api: Api,
  steps: Steps,
): Promise<number> {
  const { applied } = platformLayout(state);
  const ids = readApplied(applied);
  const webhooks = ids.filter(({ kind }) => kind.endsWith("WebhookConfiguration"));
  const others = ids.filter(
    (id) => !webhooks.includes(id) && !(id.kind === "CustomResourceDefinition" && keptDefinitions.test(id.name)),
  );
  let removed = 0;
  await steps.run("deleting", async () => {
    // Whoever answers them goes with the others, and then they would refuse every change.
    for (const id of [...webhooks, ...others.toReversed()]) {
      removed += (await api.remove(reference(id))) ? 1 : 0;
    }
    const spaces = ids.filter(({ kind }) => kind === "Namespace").map(({ name }) => name);
    await until("deleting the namespaces", { atMost: patience }, async () => {
      const left = await Promise.all(
        spaces.map(async (name) => ((await api.find(`/api/v1/namespaces/${name}`)) === undefined ? [] : [name])),
      );
      return left.flat();
    });
  });
  writeApplied(applied, []);
  return removed;
}
