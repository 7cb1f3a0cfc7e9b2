import { type Finding, subjectLabel } from "../finding";
import { type Style, wrap, wrapItems } from "./style";

/** Findings for a person: what, where, and how to mend it. */
export function formatFindings(findings: readonly Finding[], style: Style): string[] {
  const violations = findings.filter(({ outcome }) => outcome === "violation");
  const unchecked = findings.filter(({ outcome }) => outcome === "unchecked");
  return [...violations.flatMap((finding) => formatViolation(finding, style)), ...formatUnchecked(unchecked, style)];
}

function formatViolation(finding: Finding, { colors, width }: Style): string[] {
  const mandatory = finding.level === "mandatory";
  const paint = mandatory ? colors.red : colors.yellow;
  const severity = finding.severity === "unspecified" ? "" : ` ${finding.severity}`;
  const indented = (text: string, first: string): string[] =>
    wrap(text, width - 4 - first.length).map(
      (line, index) => `    ${index === 0 ? first : " ".repeat(first.length)}${line}`,
    );
  return [
    `  ${paint(`${mandatory ? "✗" : "!"} ${finding.level}${severity}`)}  ${colors.bold(finding.rule)}  ${subjectLabel(finding.subject)}`,
    ...placeOf(finding).map((place) => `    ${place}`),
    ...indented(finding.message, ""),
    ...(finding.mend === undefined ? [] : indented(finding.mend, "mend: ")),
    ...(finding.url === undefined ? [] : [`    ${colors.dim(finding.url)}`]),
  ];
}

/** Where a file was read, and the label names the object in it. */
function placeOf({ subject }: Finding): string[] {
  const { file, line, kind } = subject;
  if (file === undefined || kind === undefined) {
    return [];
  }
  return [line === undefined ? file : `${file}:${line}`];
}

/** One policy often meets the same unknown in many places, so these are grouped. */
function formatUnchecked(findings: readonly Finding[], { colors, width }: Style): string[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.rule}\n${finding.message}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const subjects = wrapItems(
      group.map(({ subject }) => subjectLabel(subject)),
      width - 4,
    );
    return [
      `  ${colors.cyan("? not checked")}  ${colors.bold(first.rule)}  ${first.message}`,
      ...subjects.map((line) => `    ${colors.dim(line)}`),
    ];
  });
}
