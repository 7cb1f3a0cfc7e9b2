import {
  type Policies,
  type Policy,
  type PolicyProviderResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { expandList, type Manifest, viewOf } from "./manifest";
import {
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

/** The rules as CrossGuard policies. */
export function crossguardPolicies(rules: readonly (Rule | StackRule)[]): Policies {
  return rules.map((rule) => ("check" in rule ? crossguardPolicy(rule) : crossguardStackPolicy(rule)));
}

function factsOf(rule: RuleFacts): Policy {
  return {
    name: rule.name,
    displayName: rule.title,
    description: rule.why,
    remediationSteps: rule.mend,
    severity: rule.severity,
    enforcementLevel: rule.enforcementLevel,
    framework: { ...rule.framework },
    tags: rule.references.map((reference) => reference.id),
    url: rule.references[0]?.url,
    configSchema: { properties: Object.fromEntries(rule.settings.map((key) => [key, { ...settingSchemas[key] }])) },
  };
}

export function crossguardPolicy(rule: Rule): ResourceValidationPolicy {
  return {
    ...factsOf(rule),
    validateResource: (args, reportViolation) => {
      const context = contextOf(args);
      const findings = guarded(rule, () => manifestsOf(args).flatMap((manifest) => run(rule, manifest, context)));
      for (const finding of findings) if (finding.kind === "violation") reportViolation(finding.message);
      // Last, because the SDK answers this exception with an advisory "can't run policy … during preview".
      rethrowUnknown(findings.filter((finding) => finding.kind === "unchecked"));
    },
  };
}

/** A rule over all of a stack's objects, each by its outputs. */
export function crossguardStackPolicy(rule: StackRule): StackValidationPolicy {
  return {
    ...factsOf(rule),
    validateStack: (args, reportViolation) => {
      const settings = { ...defaultSettings, ...args.getConfig<Partial<Settings>>() };
      const urns = new Map<Member, string>();
      const members = args.resources.flatMap((resource) =>
        manifestsOf(resource).map((manifest) => {
          const member = memberOf(manifest, () => defaultNamespace(resource));
          urns.set(member, resource.urn);
          return member;
        }),
      );
      const found = runTogether(rule, members, { settings });
      for (const { about, finding } of found) {
        if (finding.kind === "violation") {
          reportViolation(finding.message, about === undefined ? undefined : urns.get(about));
        }
      }
      rethrowUnknown(found.flatMap(({ finding }) => (finding.kind === "unchecked" ? [finding] : [])));
    },
  };
}

/** The manifests that a resource stands for: none outside Kubernetes, several for a list. */
function manifestsOf({ type: token, props }: { type: string; props: Record<string, unknown> }): Manifest[] {
  const parts = /^kubernetes:([^:]+):([^:]+)$/.exec(token);
  if (!parts) return [];
  const [, module = "", type = ""] = parts;
  return expandList(viewOf(props, module.replace(/^core\//, ""), type.replace(/Patch$/, "")));
}

function contextOf(args: ResourceValidationArgs): RuleContext {
  return {
    settings: { ...defaultSettings, ...args.getConfig<Partial<Settings>>() },
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

function rethrowUnknown(unchecked: readonly Unchecked[]): void {
  const [first] = unchecked;
  if (!first) return;
  if (unchecked.length > 1) {
    const fields = [...new Set(unchecked.map((finding) => finding.field))];
    first.cause.message = `the values at ${fields.join(", ")} can't be known during preview`;
  }
  throw first.cause;
}
