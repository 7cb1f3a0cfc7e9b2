/** The label that everything of the platform carries. */
export const partOf = { "app.kubernetes.io/part-of": "kubeflow-gatehouse" } as const;

/** Labels of a workload's pods, and so the way that Services, policies and flows select them. */
export function podLabels(name: string): { "app.kubernetes.io/name": string } {
  return { "app.kubernetes.io/name": name };
}
