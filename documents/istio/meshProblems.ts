/**
 * Compares an Istio that somebody else installed with what the gate rests on. What must be exact and what may differ is in
 * docs/decisions/0014-bring-your-own.md.
 */
import { type Difference } from "../existing/difference";
import { configProblems } from "./configProblems";
import { injectorProblems } from "./injectorProblems";
import { istiodProblems } from "./istiodProblems";
import { type RequiredMesh } from "./requiredMesh";
import { webhookProblems } from "./webhookProblems";

/** The objects as the API server has them. */
export interface FoundMesh {
  configMap: unknown;
  injector: unknown;
  deployment: unknown;
  webhook: unknown;
}

export function meshProblems(found: FoundMesh, required: RequiredMesh): Difference[] {
  return [
    ...configProblems(found.configMap, required),
    ...istiodProblems(found.deployment, required),
    ...injectorProblems(found.injector, required),
    ...webhookProblems(found.webhook, required),
  ];
}
