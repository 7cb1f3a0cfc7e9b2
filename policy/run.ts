import { type Manifest } from "./manifest";
import {
  type Finding,
  inspect,
  type Member,
  type Rule,
  type RuleContext,
  type RuleFacts,
  type StackContext,
  type StackFinding,
  type StackRule,
  violation,
} from "./rule";

/** Runs a rule so that nothing it does can let a manifest through: whatever it throws is a finding. */
export function run(rule: Rule, manifest: Manifest, context: RuleContext): Finding[] {
  return guarded(rule, () => rule.check(manifest, context));
}

/** The same for a rule over all of them. */
export function runTogether(rule: StackRule, members: readonly Member[], context: StackContext): StackFinding[] {
  const found: StackFinding[] = [];
  const look = () => {
    found.push(...rule.checkTogether(members, context));
    return [];
  };
  const failed = guarded(rule, look, "these objects together");
  return [...found, ...failed.map((finding) => ({ about: undefined, finding }))];
}

/** The same for an adapter's own steps on the way to a rule. */
export function guarded(rule: Pick<RuleFacts, "name">, look: () => Finding[], what = "this object"): Finding[] {
  try {
    return inspect(look);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [violation("", `${rule.name} can't check ${what}: ${reason}. What can't be checked is not let through.`)];
  }
}
