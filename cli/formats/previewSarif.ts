import { exemptionRules } from "../../policy/exemptionRules";
import { rules, stackRules } from "../../policy/pack";
import { type RuleFacts } from "../../policy/rule";
import { type Finding, subjectLabel } from "../finding";
import { type PreviewReport } from "../preview/report";
import { formatSarif } from "./sarif";

/**
 * A preview's violations as SARIF. A program's objects stand in no file, so that each is shown at the settings that the
 * stack was made from: that file is what somebody changes.
 */
export function formatPreviewSarif({ findings }: PreviewReport, settingsFile: string, root: string): string {
  const violations = findings.filter(({ outcome }) => outcome === "violation");
  const own = new Map(
    [...rules, ...stackRules, ...exemptionRules].map((rule): [string, RuleFacts] => [rule.name, rule]),
  );
  const found = new Map(violations.map((finding) => [finding.rule, own.get(finding.rule) ?? factsOf(finding)]));
  return formatSarif(
    {
      findings: violations.map((finding) => ({ ...finding, ...placedIn(finding, settingsFile), field: "" })),
      exempted: 0,
      files: 1,
      objects: 0,
      passedOver: 0,
      problems: [],
      firstFile: settingsFile,
    },
    [...found.values()],
    root,
  );
}

function placedIn({ subject, message }: Finding, file: string): Pick<Finding, "subject" | "message"> {
  const named = subject.kind === undefined && subject.urn !== undefined ? `${subjectLabel(subject)}: ` : "";
  return { subject: { ...subject, file }, message: `${named}${message}` };
}

/** What is known of a rule of somebody else's pack: what its findings say. */
function factsOf({ rule, severity, level, mend = "", url }: Finding): RuleFacts {
  return {
    name: rule,
    title: rule,
    why: rule,
    mend,
    severity: severity === "unspecified" ? "medium" : severity,
    enforcementLevel: level,
    framework: { name: "", version: "", reference: "", specification: "" },
    references: url === undefined ? [] : [{ id: rule, url, about: rule }],
    settings: [],
  };
}
