/** What another policy pack can import (docs/13-library.md). */
export { crossguardPolicies, crossguardPolicy, crossguardStackPolicy, type PackSetup } from "../policy/crossguard";
export { exemptionRules } from "../policy/exemptionRules";
export { type Exemption, Exemptions } from "../policy/exemptions";
export { type Environment, environmentOfStack } from "../policy/levels";
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
