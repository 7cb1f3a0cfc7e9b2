import { type Api } from "../cluster/api";
import { conditionOf, type KubernetesObject, nameOf } from "../cluster/object";
import { until } from "../cluster/wait";

const kinds = new Set(["Certificate", "ClusterIssuer"]);

/**
 * Waits until cert-manager has issued every Certificate for the objects as they are now. One by HTTP-01 comes after the
 * gateway, and nothing waits for it (docs/7-gitops.md).
 */
export async function certificatesReady(
  objects: readonly KubernetesObject[],
  api: Pick<Api, "get" | "pathOf">,
  atMost: number,
): Promise<void> {
  const asked = objects.filter(
    (object) =>
      object.apiVersion.startsWith("cert-manager.io/") && kinds.has(object.kind) && !comesByHttp01(object, objects),
  );
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

function comesByHttp01({ spec, metadata }: KubernetesObject, objects: readonly KubernetesObject[]): boolean {
  const { issuerRef } = (spec ?? {}) as { issuerRef?: { kind?: string; name: string } };
  const issuer = objects.find(
    (each) =>
      each.kind === "Issuer" &&
      each.metadata.name === issuerRef?.name &&
      each.metadata.namespace === metadata.namespace,
  );
  const { acme } = (issuer?.spec ?? {}) as { acme?: { solvers: { http01?: unknown }[] } };
  return issuerRef?.kind === "Issuer" && acme?.solvers.some(({ http01 }) => http01 !== undefined) === true;
}
