/** What another policy pack can import (docs/13-library.md). */
export { crossguardPolicies, crossguardPolicy } from "../policy/crossguard";
export { packName, rules } from "../policy/pack";
export { type Finding, type Reference, type Rule, type RuleContext, violation } from "../policy/rule";
export { type Manifest } from "../policy/manifest";
export { run } from "../policy/run";
export { defaultSettings, type Settings } from "../policy/settings";
