import { exemptionRules } from "../../policy/exemptionRules";
import { exemptionsSchema } from "../../policy/exemptions";
import { type Environment, levelIn } from "../../policy/levels";
import { type EnforcementLevel, type Rule, type RuleFacts, type StackRule } from "../../policy/rule";
import { type ConfigSchema } from "../../policy/schemaCheck";
import { defaultSettings, type Settings, settingSchemas } from "../../policy/settings";
import { type ConfigurablePolicy, type PackConfig } from "../policies/packConfig";

/** What a config may say about the rules, and about those on exemptions, which have a level only. */
export function configurable(rules: readonly (Rule | StackRule)[]): ConfigurablePolicy[] {
  const own = rules.map(({ name, settings }) => {
    const schemas = settings.map((key): [string, ConfigSchema] => [key, settingSchemas[key]]);
    return { name, settings: { ...Object.fromEntries(schemas), exemptions: exemptionsSchema } };
  });
  return [...own, ...exemptionRules.map(({ name }) => ({ name, settings: {} }))];
}

/** What a violation of a rule does. A scan changes nothing, so that `remediate` is what the SDK makes of it there. */
export function levelOf(config: PackConfig, rule: RuleFacts, environment: Environment): EnforcementLevel | "disabled" {
  const level = config.levelOf(rule.name) ?? levelIn(environment, rule);
  return level === "remediate" ? "mandatory" : level;
}

/** A rule's settings and its exemptions. */
export function settingsOf(config: PackConfig, rule: RuleFacts): { settings: Settings; exemptions: unknown } {
  const { exemptions, ...settings } = config.propertiesOf(rule.name);
  return { settings: { ...defaultSettings, ...settings }, exemptions };
}
