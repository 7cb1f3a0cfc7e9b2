import { type Api } from "../cluster/api";
import { type KubernetesObject, nameOf } from "../cluster/object";
import { until } from "../cluster/wait";

interface Webhook {
  name: string;
  clientConfig: { service?: { namespace: string }; caBundle?: string };
}

export function isWebhookConfiguration({ kind }: KubernetesObject): boolean {
  return kind === "MutatingWebhookConfiguration" || kind === "ValidatingWebhookConfiguration";
}

/** The namespaces whose pods answer the webhooks of a configuration. */
export function webhookNamespaces(object: KubernetesObject): string[] {
  return webhooksOf(object).flatMap(({ clientConfig: { service } }) =>
    service === undefined ? [] : [service.namespace],
  );
}

function webhooksOf(object: KubernetesObject): Webhook[] {
  return (object.webhooks ?? []) as Webhook[];
}

/** Waits until the API server knows whom to trust; istiod and cert-manager's CA injector write it at their start. */
export async function webhooksTrusted(
  objects: readonly KubernetesObject[],
  api: Pick<Api, "get" | "pathOf">,
  atMost: number,
): Promise<void> {
  const paths = await Promise.all(
    objects.filter(isWebhookConfiguration).map(async (object) => ({ object, path: await api.pathOf(object) })),
  );
  await until("waiting for the webhooks' certificates", { atMost }, async () => {
    const waiting = await Promise.all(
      paths.map(async ({ object, path }) => {
        const without = webhooksOf(await api.get<KubernetesObject>(path)).filter(
          ({ clientConfig: { caBundle = "" } }) => caBundle === "",
        );
        return without.map(({ name }) => `${nameOf(object)}: ${name} has no caBundle`);
      }),
    );
    return waiting.flat();
  });
}
