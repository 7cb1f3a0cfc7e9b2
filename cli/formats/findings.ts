import { reasonOf } from "../../policy/cantCheck";
import { type Finding, subjectLabel } from "../finding";
import { plural, type Style, wrap, wrapItems } from "./style";

/** Findings for a person: what, where, and how to mend it. */
export function formatFindings(findings: readonly Finding[], style: Style): string[] {
  const violations = findings.filter(({ outcome }) => outcome === "violation");
  const unchecked = findings.filter(({ outcome }) => outcome === "unchecked");
  return [
    ...grouped(violations, stumblingBlock).flatMap((group) => formatViolations(group, style)),
    ...formatUnchecked(unchecked, style),
  ];
}

/** Findings with the same key, in the order of their first ones; those without a key each for itself. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string | undefined): [T, ...T[]][] {
  const groups = new Map<unknown, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item) ?? item;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** What a rule could not read, and every other rule that looks there can't either. */
function stumblingBlock({ rule, message, subject }: Finding): string | undefined {
  const reason = reasonOf(rule, message);
  return reason === undefined ? undefined : JSON.stringify([subjectLabel(subject), subject.file, reason]);
}

function formatViolations(group: readonly [Finding, ...Finding[]], style: Style): string[] {
  const [first] = group;
  const reason = reasonOf(first.rule, first.message);
  // The first is the worst.
  return group.length === 1 || reason === undefined
    ? formatViolation(first, first.rule, style)
    : formatViolation(
        {
          ...first,
          message: `${reason}. What can't be checked is not let through.\nrules: ${namesOf(group).join(", ")}`,
          mend: "Correct it, and these rules look at what is there.",
        },
        `not readable for ${group.length} rules`,
        style,
      );
}

function formatViolation(finding: Finding, title: string, { colors, width }: Style): string[] {
  const mandatory = finding.level === "mandatory";
  const paint = mandatory ? colors.red : colors.yellow;
  const severity = finding.severity === "unspecified" ? "" : ` ${finding.severity}`;
  const indented = (text: string, first: string): string[] =>
    wrap(text, width - 4 - first.length).map(
      (line, index) => `    ${index === 0 ? first : " ".repeat(first.length)}${line}`,
    );
  return [
    `  ${paint(`${mandatory ? "✗" : "!"} ${finding.level}${severity}`)}  ${colors.bold(title)}  ${subjectLabel(finding.subject)}`,
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

function namesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))];
}

/** Every rule that looks at an object meets the same unknown there, and often in several objects: each is said once. */
function formatUnchecked(findings: readonly Finding[], { colors, width }: Style): string[] {
  const objects = grouped(findings, ({ subject, message }) => JSON.stringify([subjectLabel(subject), message]));
  const alike = grouped(objects, (group) => JSON.stringify([group[0].message, namesOf(group).sort()]));
  return alike.flatMap((groups) => {
    const [[first]] = groups;
    const rules = namesOf(groups[0]);
    const subjects = groups.map(([{ subject }]) => subjectLabel(subject));
    const lines = (items: readonly string[]) => wrapItems(items, width - 4).map((line) => `    ${colors.dim(line)}`);
    return [
      `  ${colors.cyan("? not checked")}  ${colors.bold(rules.length === 1 ? first.rule : plural(rules.length, "rule"))}`,
      ...lines(subjects),
      ...wrap(first.message, width - 4).map((line) => `    ${line}`),
      ...(rules.length === 1 ? [] : lines([`rules: ${rules[0] ?? ""}`, ...rules.slice(1)])),
      "    mend: nothing; the rules look again when pulumi up has made the values",
    ];
  });
}
