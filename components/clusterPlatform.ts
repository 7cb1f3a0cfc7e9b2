/** What a cluster of a known kind wants of the charts. */
import { type Settings } from "../stacks/schema";

type Cluster = Settings["cluster"];

/** The profile of Istio's charts for clusters that keep CNI plugins elsewhere, or ration critical pods. */
export function profileOf({ platform }: Cluster): { platform: string } | undefined {
  return platform === undefined || platform === "aks" ? undefined : { platform };
}

/**
 * What a webhook configuration has to say so that AKS leaves it alone. Its Admissions Enforcer writes a requirement of its
 * own into each namespaceSelector, becomes the field's manager, and the next upgrade of a chart ends in a conflict.
 * https://learn.microsoft.com/azure/aks/faq (admission controller webhooks), https://github.com/Azure/AKS/issues/4002
 */
export function webhookAnnotations({ platform }: Cluster): Record<string, string> | undefined {
  return platform === "aks" ? { "admissions.enforcer/disabled": "true" } : undefined;
}
