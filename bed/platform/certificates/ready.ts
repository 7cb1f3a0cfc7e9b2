import { type Api } from "../cluster/api";
import { conditionOf, type KubernetesObject, nameOf } from "../cluster/object";
import { until } from "../cluster/wait";

const kinds = new Set(["Certificate", "ClusterIssuer"]);

/** Waits until cert-manager has issued every Certificate for the objects as they are now. */
export async function certificatesReady(
  objects: readonly KubernetesObject[],
  api: Pick<Api, "get" | "pathOf">,
  atMost: number,
): Promise<void> {
  const asked = objects.filter(({ apiVersion, kind }) => apiVersion.startsWith("cert-manager.io/") && kinds.has(kind));
  const paths = await Promise.all(asked.map(async (object) => ({ object, path: await api.pathOf(object) })));
  await until("waiting for cert-manager", { atMost }, async () => {
    const waiting = await Promise.all(
      paths.map(async ({ object, path }) => {
        const current = await api.get<KubernetesObject>(path);
        const ready = conditionOf(current, "Ready") as
          { observedGeneration?: number; status: string; message?: string } | undefined;
        const seen = (ready?.observedGeneration ?? 0) >= (current.metadata.generation ?? 1);
        return seen && ready?.status === "True"
          ? []
          : [`${nameOf(object)}: ${ready?.message ?? "cert-manager has said nothing about it"}`];
      }),
    );
    return waiting.flat();
  });
}
