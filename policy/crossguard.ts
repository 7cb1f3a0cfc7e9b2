import {
  type Policies,
  type Policy,
  type PolicyConfigSchema,
  type PolicyProviderResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { type PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { type ExemptionRule, exemptionRules } from "./exemptionRules";
import { Exemptions, exemptionsSchema } from "./exemptions";
import { type Environment, levelIn } from "./levels";
import { expandList, type Manifest, mapAt, viewOf } from "./manifest";
import { mend, readable } from "./remedy";
import {
  type Finding,
  type Member,
  memberOf,
  type Rule,
  type RuleContext,
  type RuleFacts,
  type StackRule,
  type Unchecked,
} from "./rule";
import { guarded, run, runTogether } from "./run";
import { defaultSettings, type Settings, settingSchemas } from "./settings";

/** What policies share. */
export interface PackSetup {
  /** Where the stack belongs; production, the strictest, where nobody says. */
  readonly environment?: Environment;
  readonly exemptions?: Exemptions;
}

/** The rules as CrossGuard policies, and after them the policies about their exemptions. */
export function crossguardPolicies(
  rules: readonly (Rule | StackRule)[],
  { environment = "prod", exemptions = new Exemptions() }: PackSetup = {},
): Policies {
  const setup = { environment, exemptions };
  return [
    ...rules.map((rule) => ("check" in rule ? crossguardPolicy(rule, setup) : crossguardStackPolicy(rule, setup))),
    // The SDK asks policies in their order, so that these come when every other one has met its exemptions.
    ...exemptionRules.map((rule) => exemptionPolicy(rule, setup)),
  ];
}

function factsOf(rule: RuleFacts, { environment = "prod" }: PackSetup): Policy {
  return {
    name: rule.name,
    displayName: rule.title,
    description: rule.why,
    remediationSteps: rule.mend,
    severity: rule.severity,
    enforcementLevel: levelIn(environment, rule),
    framework: { ...rule.framework },
    tags: rule.references.map((reference) => reference.id),
    url: rule.references[0]?.url,
  };
}

function configSchemaOf(rule: RuleFacts): PolicyConfigSchema {
  const settings = Object.fromEntries(rule.settings.map((key) => [key, { ...settingSchemas[key] }]));
  return { properties: { ...settings, exemptions: structuredClone(exemptionsSchema) as PolicyConfigJSONSchema } };
}

/** What the pack's config says about a rule. */
interface RuleConfig extends Partial<Settings> {
  readonly exemptions?: unknown;
}

export function crossguardPolicy(rule: Rule, setup: PackSetup = {}): ResourceValidationPolicy {
  const { exemptions = new Exemptions() } = setup;
  return {
    ...factsOf(rule, setup),
    configSchema: configSchemaOf(rule),
    ...(rule.remedy !== undefined && { remediateResource: (args) => remediate(rule, args, exemptions) }),
    validateResource: (args, reportViolation) => {
      const findings = guarded(
        rule,
        () => manifestsOf(args).flatMap((manifest) => findingsOn(manifest, rule, args, exemptions)),
        { confidential: () => /:Secret(List|Patch)?$/.test(args.type) },
      );
      for (const finding of findings) if (finding.kind === "violation") reportViolation(finding.message);
      // Last, because the SDK answers this exception with an advisory "can't run policy … during preview".
      rethrowUnknown(findings.filter((finding) => finding.kind === "unchecked"));
    },
  };
}

/** What a rule finds on an object, without what is exempted. */
function findingsOn(manifest: Manifest, rule: Rule, args: ResourceValidationArgs, exemptions: Exemptions): Finding[] {
  const { exemptions: configured, ...settings } = args.getConfig<RuleConfig>();
  const context = contextOf(args, settings);
  const member = memberOf(manifest, () => context.defaultNamespace);
  return exemptions.of(rule.name, configured).apply(member, run(rule, manifest, context));
}

/**
 * The resource with everything mended that the rule has a remedy for; nothing where there is nothing to mend. The engine
 * asks only where the pack's config sets the rule to `remediate`, and has the rule look at the result afterwards: what is
 * left, what can't be read and what isn't known yet is reported then.
 */
function remediate(
  rule: Rule,
  args: ResourceValidationArgs,
  exemptions: Exemptions,
): Record<string, unknown> | undefined {
  const props = readable(args.props as Record<string, unknown>);
  let wrote = false;
  guarded(rule, () => {
    for (const { manifest, fields } of objectsOf({ type: args.type, props })) {
      if (mend(fields, findingsOn(manifest, rule, args, exemptions))) wrote = true;
    }
    return [];
  });
  return wrote ? (args.props as Record<string, unknown>) : undefined;
}

/** A rule over all of a stack's objects, each by its outputs. */
export function crossguardStackPolicy(rule: StackRule, setup: PackSetup = {}): StackValidationPolicy {
  const { exemptions = new Exemptions() } = setup;
  return {
    ...factsOf(rule, setup),
    configSchema: configSchemaOf(rule),
    validateStack: (args, reportViolation) => {
      const { exemptions: configured, ...given } = args.getConfig<RuleConfig>();
      const settings = { ...defaultSettings, ...given };
      const own = exemptions.of(rule.name, configured);
      const urns = new Map<Member, string>();
      const members = args.resources.flatMap((resource) =>
        manifestsOf(resource).map((manifest) => {
          const member = memberOf(manifest, () => defaultNamespace(resource));
          urns.set(member, resource.urn);
          return member;
        }),
      );
      const found = runTogether(rule, members, { settings }).flatMap(({ about, finding }) =>
        (about === undefined ? [finding] : own.apply(about, [finding])).map((left) => ({ about, finding: left })),
      );
      for (const { about, finding } of found) {
        if (finding.kind === "violation") {
          reportViolation(finding.message, about === undefined ? undefined : urns.get(about));
        }
      }
      rethrowUnknown(
        found.flatMap(({ about, finding }) =>
          // The SDK reports it about the whole stack, so that only the field can tell the object.
          finding.kind === "unchecked" ? [{ ...finding, field: `${finding.field}${labelOf(about)}` }] : [],
        ),
        { alwaysNamed: true },
      );
    },
  };
}

/** A policy about the exemptions that the others were given; it is about the whole stack. */
function exemptionPolicy(rule: ExemptionRule, setup: Required<PackSetup>): StackValidationPolicy {
  return {
    ...factsOf(rule, setup),
    validateStack: (_, reportViolation) => {
      for (const { message } of setup.exemptions.remarks(rule.remarks)) reportViolation(message);
    },
  };
}

/** The manifests that a resource stands for: none outside Kubernetes, several for a list. */
function manifestsOf(resource: { type: string; props: Record<string, unknown> }): Manifest[] {
  return objectsOf(resource).map(({ manifest }) => manifest);
}

/** The same with the maps that the manifests are views of. */
function objectsOf({ type: token, props }: { type: string; props: Record<string, unknown> }) {
  const parts = /^kubernetes:([^:]+):([^:]+)$/.exec(token);
  if (!parts) return [];
  const [, module = "", type = ""] = parts;
  const whole = viewOf(props, module.replace(/^core\//, ""), type.replace(/Patch$/, ""));
  return expandList(whole).map((manifest, index) => ({
    manifest,
    fields: manifest === whole ? props : ((props["items"] as readonly Record<string, unknown>[])[index] ?? {}),
  }));
}

function contextOf(args: ResourceValidationArgs, settings: Partial<Settings>): RuleContext {
  return {
    settings: { ...defaultSettings, ...settings },
    // Read when a rule asks, because it can be unknown at preview and few rules need it.
    get defaultNamespace() {
      return defaultNamespace(args);
    },
  };
}

/** The provider's `namespace`, which the Kubernetes provider gives to namespaced objects without one. */
function defaultNamespace({ provider }: { provider?: PolicyProviderResource | undefined }): string {
  const namespace: unknown = provider?.props["namespace"];
  return typeof namespace === "string" && namespace !== "" ? namespace : "default";
}

/** The object, behind one of its fields; nothing where its name can't be read. */
function labelOf(about: Member | undefined): string {
  if (about === undefined) return "";
  try {
    const { kind, metadata } = about.manifest;
    const { name, namespace } = mapAt(metadata, "metadata");
    return ` of ${kind} ${typeof namespace === "string" ? `${namespace}/` : ""}${typeof name === "string" ? name : ""}`;
  } catch {
    return "";
  }
}

function rethrowUnknown(unchecked: readonly Unchecked[], { alwaysNamed = false } = {}): void {
  const [first] = unchecked;
  if (!first) return;
  if (unchecked.length > 1 || alwaysNamed) {
    const fields = [...new Set(unchecked.map((finding) => finding.field))];
    first.cause.message = `the values at ${fields.join(", ")} can't be known during preview`;
  }
  throw first.cause;
}
