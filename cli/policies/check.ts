import {
  type AnalyzeDiagnostic,
  type AnalyzeResponse,
  type AnalyzerInfo,
  EnforcementLevel,
  PolicySeverity,
  PolicyType,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { type RecordedResource } from "../engine/recorded";
import { type Redactor } from "../engine/redactor";
import { byWeight, type Finding, type Severity, type Subject } from "../finding";
import { type ConfigSchema } from "../../policy/schemaCheck";
import { Analyzer, Providers } from "./analyzer";
import { type ConfigurablePolicy, PackConfig, readPackConfig } from "./packConfig";

/** What the policy pack says about a program. */
export interface PolicyCheck {
  pack: string;
  version: string;
  /** How many of its policies looked: the disabled ones don't. */
  policies: number;
  findings: Finding[];
}

export interface CheckArgs {
  address: string;
  project: string;
  stack: string;
  resources: ReadonlyMap<string, RecordedResource>;
  redactor: Redactor;
  /** The file with the pack's config, as for pulumi's `--policy-pack-config`. */
  configFile: string | undefined;
}

/** Runs the pack over all resources, as the engine does before it would create them. */
export async function checkPolicies({
  address,
  project,
  stack,
  resources,
  redactor,
  configFile,
}: CheckArgs): Promise<PolicyCheck> {
  const analyzer = new Analyzer(address);
  try {
    const info = await analyzer.info();
    const config = configFile === undefined ? new PackConfig() : readPackConfig(configFile, configurable(info));
    const levels = await analyzer.configure(stack, project, info, config);
    const providers = new Providers(resources);
    const all = [...resources.values()];
    const active = info.getPoliciesList().filter((p) => levels.get(p.getName()) !== EnforcementLevel.DISABLED);
    const has = (type: PolicyType): boolean => active.some((policy) => policy.getPolicyType() === type);

    const answers: { response: AnalyzeResponse; urn: string }[] = [];
    if (has(PolicyType.POLICY_TYPE_RESOURCE)) {
      const each = all.map(async (r) => ({ response: await analyzer.analyze(r, providers), urn: r.urn }));
      answers.push(...(await Promise.all(each)));
    }
    // Afterwards, as the engine does: only then it is known which exemptions were needed.
    if (has(PolicyType.POLICY_TYPE_STACK)) {
      const root = all.find(({ parent }) => parent === undefined)?.urn ?? "";
      answers.push({ response: await analyzer.analyzeStack(all, providers), urn: root });
    }
    const findings = answers.flatMap(({ response, urn }) =>
      response.getDiagnosticsList().map((diagnostic) => finding(diagnostic, urn, info, resources, redactor)),
    );
    return {
      pack: info.getName(),
      version: info.getVersion(),
      policies: active.length,
      findings: findings.sort(byWeight),
    };
  } finally {
    analyzer.close();
  }
}

/** What a config may say about a pack's policies. */
function configurable(info: AnalyzerInfo): ConfigurablePolicy[] {
  return info.getPoliciesList().map((policy) => ({
    name: policy.getName(),
    settings: (policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {}) as unknown as Record<
      string,
      ConfigSchema
    >,
  }));
}

/** How the SDK reports that a policy met a value that only a real run makes. */
const uncheckedMessage = /^can't run policy '.*' from policy pack '.*' during preview: /;

const severities: Record<PolicySeverity, Severity> = {
  [PolicySeverity.POLICY_SEVERITY_UNSPECIFIED]: "unspecified",
  [PolicySeverity.POLICY_SEVERITY_LOW]: "low",
  [PolicySeverity.POLICY_SEVERITY_MEDIUM]: "medium",
  [PolicySeverity.POLICY_SEVERITY_HIGH]: "high",
  [PolicySeverity.POLICY_SEVERITY_CRITICAL]: "critical",
};

function finding(
  diagnostic: AnalyzeDiagnostic,
  analyzedUrn: string,
  info: AnalyzerInfo,
  resources: ReadonlyMap<string, RecordedResource>,
  redactor: Redactor,
): Finding {
  const rule = diagnostic.getPolicyname();
  const policy = info.getPoliciesList().find((candidate) => candidate.getName() === rule);
  const whole = diagnostic.getMessage();
  const unchecked = uncheckedMessage.test(whole);
  // The SDK puts the description, which says why the rule exists, in front of what is wrong here.
  const description = diagnostic.getDescription();
  const message = unchecked
    ? whole.replace(uncheckedMessage, "")
    : whole.startsWith(`${description}\n`)
      ? whole.slice(description.length + 1)
      : whole;
  const urn = resources.has(diagnostic.getUrn()) ? diagnostic.getUrn() : analyzedUrn;
  const mend = policy?.getRemediationSteps() ?? "";
  const url = policy?.getUrl() ?? "";
  return {
    outcome: unchecked ? "unchecked" : "violation",
    level: diagnostic.getEnforcementlevel() === EnforcementLevel.ADVISORY ? "advisory" : "mandatory",
    severity: severities[diagnostic.getSeverity()],
    rule,
    subject: subject(urn, resources.get(urn)),
    // A policy sees the secrets, and its author may have quoted one.
    message: redactor.redact(message.trim()),
    ...(mend === "" ? {} : { mend }),
    ...(url === "" ? {} : { url }),
  };
}

function subject(urn: string, resource: RecordedResource | undefined): Subject {
  const { apiVersion, kind, metadata } = (resource?.inputs ?? {}) as Record<string, unknown>;
  const { name, namespace } = (typeof metadata === "object" && metadata !== null ? metadata : {}) as Subject;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") {
    return { urn };
  }
  return { urn, apiVersion, kind, ...(typeof namespace === "string" ? { namespace } : {}), name };
}
