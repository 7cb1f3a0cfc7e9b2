import { type Manifest } from "./manifest";
import { type Finding, inspect, type Rule, type RuleContext, violation } from "./rule";

/** Runs a rule so that nothing it does can let a manifest through: whatever it throws is a finding. */
export function run(rule: Rule, manifest: Manifest, context: RuleContext): Finding[] {
  return guarded(rule, () => rule.check(manifest, context));
}

/** The same for an adapter's own steps on the way to a rule. */
export function guarded(rule: Rule, look: () => Finding[]): Finding[] {
  try {
    return inspect(look);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      violation("", `${rule.name} can't check this object: ${reason}. What can't be checked is not let through.`),
    ];
  }
}
