import { type PreviewReport, type ReportedOutput } from "../preview/report";
import { formatChanges } from "./changes";
import { formatFindings } from "./findings";
import { plural, type Style, wrap, wrapItems } from "./style";
import { formatTree } from "./tree";

/** A preview for a person. */
export function formatPreview(report: PreviewReport, style: Style): string {
  const sections = [
    formatTree(report, style),
    changes(report, style),
    policies(report, style),
    unrendered(report, style),
    outputs(report, style),
    notes(report, style),
    closing(report, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function changes({ changes }: PreviewReport, style: Style): string[] {
  if (changes === null) {
    return [];
  }
  const { added, removed, changed, unchanged, against } = changes;
  const counts = `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${unchanged} unchanged`;
  return [`${style.colors.bold("Changes")} against ${against}: ${counts}`, ...formatChanges(changes, style)];
}

function policies({ policy, totals, findings }: PreviewReport, style: Style): string[] {
  const { mandatory, advisory, unchecked } = totals.findings;
  const counts =
    findings.length === 0
      ? "no findings"
      : `${plural(mandatory, "mandatory violation")}, ${advisory} advisory, ${unchecked} not checked because unknown`;
  return [
    `${style.colors.bold("Policies")} ${policy.pack} ${policy.version}, ${plural(policy.policies, "rule")}: ${counts}`,
    ...formatFindings(findings, style),
  ];
}

function unrendered({ unrendered }: PreviewReport, style: Style): string[] {
  if (unrendered.length === 0) {
    return [];
  }
  const { colors, width } = style;
  const byReason = new Map<string, string[]>();
  for (const { type, name, chart, version, reason } of unrendered) {
    const what = `${type.slice(type.lastIndexOf(":") + 1)} ${name}`;
    const label = chart === undefined ? what : `${what}${version === undefined ? "" : ` ${version}`}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), label]);
  }
  return [
    `${colors.bold("Not rendered")}: ${unrendered.length}`,
    ...[...byReason].flatMap(([reason, labels]) => [
      ...wrapItems(labels, width - 2).map((line) => `  ${line}`),
      ...wrap(reason, width - 4).map((line) => `    ${colors.yellow(line)}`),
    ]),
  ];
}

function outputs({ outputs }: PreviewReport, style: Style): string[] {
  const entries = Object.entries(outputs);
  if (entries.length === 0) {
    return [];
  }
  const longest = Math.min(30, Math.max(...entries.map(([name]) => name.length)));
  return [
    style.colors.bold("Outputs"),
    ...entries.flatMap(([name, output]) => {
      const [first = "", ...rest] = formatOutput(output, style.width - longest - 4);
      return [`  ${name.padEnd(longest)}  ${first}`, ...rest.map((line) => `  ${" ".repeat(longest)}  ${line}`)];
    }),
  ];
}

function formatOutput({ value }: ReportedOutput, width: number): string[] {
  if (typeof value === "string") {
    return wrap(value, width);
  }
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value.flatMap((item) => wrap(item, width - 2).map((line, index) => `${index === 0 ? "-" : " "} ${line}`));
  }
  return JSON.stringify(value, null, 2).split("\n");
}

function notes({ notes, written, totals, exitCode }: PreviewReport, style: Style): string[] {
  const lines = notes.map((note) => `Not known here: ${note}`);
  if (written !== null) {
    const left = totals.generated === 0 ? "" : `, ${plural(totals.generated, "value")} left out (generated.json)`;
    lines.push(`Written to ${written.directory}: ${plural(written.files.length, "file")}${left}`);
  } else if (exitCode === 1) {
    lines.push("A mandatory policy is violated: --out writes nothing until that is mended.");
  }
  return lines.flatMap((line) => wrap(line, style.width));
}

function closing({ stack, totals, exitCode }: PreviewReport, { colors, width }: Style): string[] {
  const { charts, findings } = totals;
  const all = charts.rendered + charts.unrendered;
  const counts = [
    plural(totals.resources, "resource"),
    plural(totals.objects, "object"),
    ...(all === 0 ? [] : [`${charts.rendered} of ${plural(all, "chart")}`]),
    `${plural(totals.generated, "value")} left out`,
  ].join(", ");
  const found = `${findings.mandatory} mandatory, ${findings.advisory} advisory, ${findings.unchecked} not checked`;
  const line = `${stack}: ${counts}; ${found}`;
  return wrap(line, width).map(exitCode === 0 ? colors.green : colors.red);
}
