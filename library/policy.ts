/** What another policy pack can import (docs/13-library.md). */
export { crossguardPolicies, crossguardPolicy, crossguardStackPolicy } from "../policy/crossguard";
export { packName, rules, stackRules } from "../policy/pack";
export {
  type Finding,
  type Member,
  type Reference,
  type Rule,
  type RuleContext,
  type StackContext,
  type StackFinding,
  type StackRule,
  violation,
} from "../policy/rule";
export { type Manifest } from "../policy/manifest";
export { run, runTogether } from "../policy/run";
export { defaultSettings, type Settings } from "../policy/settings";
