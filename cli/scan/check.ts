import { exemptionRules } from "../../policy/exemptionRules";
import { Exemptions } from "../../policy/exemptions";
import { type Environment } from "../../policy/levels";
import { mapAt, nameOf } from "../../policy/manifest";
import {
  type EnforcementLevel,
  type Finding as RuleFinding,
  type Member,
  memberOf,
  type Rule,
  type RuleFacts,
  type StackRule,
} from "../../policy/rule";
import { run, runTogether } from "../../policy/run";
import { byWeight, type Finding, type Subject } from "../finding";
import { Scopes } from "../manifests/scope";
import { type PackConfig } from "../policies/packConfig";
import { levelOf, settingsOf } from "./config";
import { type ScannedObject } from "./objects";
import { placeOfField } from "./place";

/** A finding with what a machine needs to know it again. */
export interface ScanFinding extends Finding {
  /** Where in the object, as the rule says it. */
  readonly field: string;
}

export interface CheckArgs {
  objects: readonly ScannedObject[];
  rules: readonly (Rule | StackRule)[];
  config: PackConfig;
  environment: Environment;
  namespace: string;
  /** The day in UTC, `2026-12-31`. */
  today: string;
}

export interface CheckResult {
  findings: ScanFinding[];
  exempted: number;
}

/** An object on its way through the rules. */
interface Subjected {
  readonly member: Member;
  readonly object: ScannedObject;
  readonly subject: Subject;
}

/** Longer than any rule's own words; only what a rule quotes can make a message longer. */
const longestMessage = 2000;

/** Runs the rules over all objects, each by itself and all together. */
export function check({ objects, rules, config, environment, namespace, today }: CheckArgs): CheckResult {
  const exemptions = new Exemptions(() => today);
  const scopes = new Scopes();
  for (const { manifest } of objects) scopes.define(manifest);
  const all = objects.map((object): Subjected => {
    const member = memberOf(object.manifest, () => namespace);
    return { member, object, subject: subjectOf(object, scopes, namespace) };
  });
  const byMember = new Map(all.map((subjected) => [subjected.member, subjected]));
  const members = all.map(({ member }) => member);
  const findings: ScanFinding[] = [];
  for (const rule of rules) {
    const level = levelOf(config, rule, environment);
    if (level === "disabled") continue;
    const { settings, exemptions: configured } = settingsOf(config, rule);
    const own = exemptions.of(rule.name, configured);
    const report = (subjected: Subjected | undefined, found: readonly RuleFinding[]): void => {
      for (const finding of found) findings.push(reported(rule, level, subjected, finding));
    };
    if ("check" in rule) {
      const context = { settings, defaultNamespace: namespace };
      for (const subjected of all) {
        report(subjected, own.apply(subjected.member, run(rule, subjected.object.manifest, context)));
      }
    } else {
      for (const { about, finding } of runTogether(rule, members, { settings })) {
        report(about && byMember.get(about), about === undefined ? [finding] : own.apply(about, [finding]));
      }
    }
  }
  return {
    findings: [...findings, ...remarksOn(exemptions, config, environment)].sort(byWeight),
    exempted: exemptions.exempted,
  };
}

function reported(
  rule: RuleFacts,
  level: EnforcementLevel,
  subjected: Subjected | undefined,
  finding: RuleFinding,
): ScanFinding {
  const { path, textLine } = placeOfField(finding.field);
  const line = subjected?.object.lineOf(path, textLine);
  // Nothing in a file is unknown; what a rule could not look at is not let through.
  const message = finding.kind === "violation" ? finding.message : `${finding.field} could not be checked.`;
  return {
    ...statedBy(rule, level),
    subject: { ...subjected?.subject, ...(line !== undefined && { line }) },
    field: finding.field,
    message: message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message,
  };
}

function statedBy(rule: RuleFacts, level: EnforcementLevel): Omit<ScanFinding, "subject" | "field" | "message"> {
  const url = rule.references[0]?.url;
  return {
    outcome: "violation",
    level,
    severity: rule.severity,
    rule: rule.name,
    mend: rule.mend,
    ...(url !== undefined && { url }),
  };
}

/** What there is to say about the exemptions themselves, which stand in the config and not in a manifest. */
function remarksOn(exemptions: Exemptions, config: PackConfig, environment: Environment): ScanFinding[] {
  return exemptionRules.flatMap((rule) => {
    const level = levelOf(config, rule, environment);
    if (level === "disabled") return [];
    return exemptions.remarks(rule.remarks).map((remark): ScanFinding => {
      const place =
        config.file === undefined ? {} : { file: config.file, line: config.lineOf(remark.rule, remark.index) };
      const field = `${remark.rule}.exemptions[${remark.index}]`;
      return { ...statedBy(rule, level), subject: { ...remark.about, ...place }, field, message: remark.message };
    });
  });
}

function subjectOf({ manifest, file }: ScannedObject, scopes: Scopes, defaultNamespace: string): Subject {
  const { apiVersion, kind } = manifest;
  // A kind that nothing here defines belongs to a namespace like most.
  const namespaced = scopes.isNamespaced(apiVersion, kind) ?? true;
  const [name, own] = [said(() => nameOf(manifest)), said(() => mapAt(manifest["metadata"], "metadata")["namespace"])];
  const namespace = namespaced && own === "" ? defaultNamespace : own;
  return { file, apiVersion, kind, ...(namespace !== "" && { namespace }), name };
}

/** A text of the metadata; nothing where it is anything else, which is the rules' affair. */
function said(read: () => unknown): string {
  try {
    const value = read();
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}
