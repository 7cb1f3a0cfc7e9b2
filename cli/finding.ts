/** How bad a violation is, as the policy says. */
export type Severity = "critical" | "high" | "medium" | "low" | "unspecified";

/** What a finding is about: a resource of a program, a manifest of a file, or an object of a cluster. */
export interface Subject {
  /** The resource's URN, where a program declared it. */
  urn?: string;
  /** The file that it stands in, where a file was read. */
  file?: string;
  /** The line there, of what is wrong or of the object. */
  line?: number;
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
}

/** What one check says about one subject; every command reports in this shape. */
export interface Finding {
  /** `violation`, or `unchecked` where a value that the check needs is not known yet. */
  outcome: "violation" | "unchecked";
  /** Whether it stops a deployment. */
  level: "mandatory" | "advisory";
  severity: Severity;
  /** The policy or check, by the name that settings and exemptions use. */
  rule: string;
  subject: Subject;
  /** What is wrong. */
  message: string;
  /** How to mend it. */
  mend?: string;
  /** Where to read more. */
  url?: string;
}

const severityOrder: readonly Severity[] = ["critical", "high", "medium", "low", "unspecified"];

/** Mandatory before advisory, the worst first, then by rule and subject, so that two runs print the same. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    rank(a) - rank(b) ||
    severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
    a.rule.localeCompare(b.rule) ||
    subjectLabel(a.subject).localeCompare(subjectLabel(b.subject)) ||
    a.message.localeCompare(b.message)
  );
}

function rank({ outcome, level }: Finding): number {
  return outcome === "unchecked" ? 2 : level === "mandatory" ? 0 : 1;
}

/** A subject in few words: `Deployment auth/dex`, or its URN's type and name. */
export function subjectLabel({ urn, file, kind, namespace, name }: Subject): string {
  if (kind !== undefined && name !== undefined) {
    return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  }
  if (urn !== undefined) {
    const [, , types = "", ...names] = urn.slice("urn:pulumi:".length).split("::");
    return `${types.split("$").at(-1) ?? types} ${names.join("::")}`;
  }
  return file ?? "";
}

export interface FindingCounts {
  mandatory: number;
  advisory: number;
  unchecked: number;
}

export function countFindings(findings: readonly Finding[]): FindingCounts {
  const counts: FindingCounts = { mandatory: 0, advisory: 0, unchecked: 0 };
  for (const { outcome, level } of findings) {
    counts[outcome === "unchecked" ? "unchecked" : level] += 1;
  }
  return counts;
}
