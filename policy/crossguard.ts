import { type Policies, type ResourceValidationArgs, type ResourceValidationPolicy } from "@pulumi/policy";
import { expandList, type Manifest, viewOf } from "./manifest";
import { type Rule, type RuleContext, type Unchecked } from "./rule";
import { guarded, run } from "./run";
import { defaultSettings, type Settings, settingSchemas } from "./settings";

/** The rules as CrossGuard policies. */
export function crossguardPolicies(rules: readonly Rule[]): Policies {
  return rules.map(crossguardPolicy);
}

export function crossguardPolicy(rule: Rule): ResourceValidationPolicy {
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
    validateResource: (args, reportViolation) => {
      const context = contextOf(args);
      const findings = guarded(rule, () => manifestsOf(args).flatMap((manifest) => run(rule, manifest, context)));
      for (const finding of findings) if (finding.kind === "violation") reportViolation(finding.message);
      // Last, because the SDK answers this exception with an advisory "can't run policy … during preview".
      rethrowUnknown(findings.filter((finding) => finding.kind === "unchecked"));
    },
  };
}

/** The manifests that a resource stands for: none outside Kubernetes, several for a list. */
function manifestsOf(args: ResourceValidationArgs): Manifest[] {
  const token = /^kubernetes:([^:]+):([^:]+)$/.exec(args.type);
  if (!token) return [];
  const [, module = "", type = ""] = token;
  return expandList(viewOf(args.props, module.replace(/^core\//, ""), type.replace(/Patch$/, "")));
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
function defaultNamespace(args: ResourceValidationArgs): string {
  const namespace: unknown = args.provider?.props["namespace"];
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
