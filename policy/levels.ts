import { type Environment, environmentOf } from "../stacks/presets";
import { type EnforcementLevel, type RuleFacts } from "./rule";

export { type Environment };

export const environments: readonly Environment[] = ["dev", "staging", "prod"];

/** What a violation does in an environment when the pack's config says nothing else. */
export function levelIn(
  environment: Environment,
  rule: Pick<RuleFacts, "enforcementLevel" | "inDev">,
): EnforcementLevel {
  return environment === "dev" ? (rule.inDev ?? rule.enforcementLevel) : rule.enforcementLevel;
}

/**
 * The environment of a stack: what its setting `environment` says, and without it what its name does, as for the program
 * itself. Whatever else is written there is production, the strictest.
 */
export function environmentOfStack(stack: string, setting: string | undefined): Environment {
  return environmentOf(setting ?? stack);
}
