import { plainInMarkdown } from "../../policy/markdown";
import { type Finding, subjectLabel } from "../finding";
import { type ObjectId } from "../manifests/objectId";
import { type PreviewReport } from "../preview/report";
import { plural } from "./style";

/** A comment on GitHub holds 65,536 characters, and there is one for all stacks. */
const most = { findings: 40, changes: 60, message: 300 };

/** A preview for a comment on a pull request: the findings first, then what changes. */
export function formatPreviewMarkdown(report: PreviewReport): string {
  return [heading(report), findings(report), unrendered(report), changes(report)]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function heading({ stack, exitCode, totals, policy }: PreviewReport): string[] {
  const { mandatory, advisory, unchecked } = totals.findings;
  const verdict = exitCode === 0 ? "✅" : "❌";
  return [
    `### ${verdict} ${text(stack)}: ${plural(mandatory, "mandatory violation")}, ${advisory} advisory`,
    "",
    `${plural(totals.objects, "object")}, ${plural(policy.policies, "rule")} of ${text(policy.pack)} ${text(policy.version)}` +
      (unchecked === 0 ? "." : `; ${plural(unchecked, "check")} left out, because only a real run makes the value.`),
  ];
}

function findings({ findings }: PreviewReport): string[] {
  const violations = findings.filter(({ outcome }) => outcome === "violation");
  if (violations.length === 0) return [];
  return [
    "| level | rule | object | what is wrong |",
    "|-|-|-|-|",
    ...violations.slice(0, most.findings).map(row),
    ...more(violations.length - most.findings),
  ];
}

function row({ level, severity, rule, url, subject, message, mend }: Finding): string {
  const name = url?.startsWith("https://")
    ? `[${text(rule)}](<${url.replace(/[<>\s]/g, encodeURIComponent)}>)`
    : text(rule);
  const shown = message.length > most.message ? `${message.slice(0, most.message)}…` : message;
  const wrong = mend === undefined ? text(shown) : `${text(shown)} **Mend:** ${text(mend)}`;
  const weight = severity === "unspecified" ? level : `${level}, ${severity}`;
  return `| ${[weight, name, text(subjectLabel(subject)), wrong].join(" | ")} |`;
}

/** What stays closed was not checked, and whoever reads the comment has to know. */
function unrendered({ unrendered }: PreviewReport): string[] {
  return unrendered.map(({ name, reason }) => `- ⚠️ not rendered, so not checked: ${text(name)} (${text(reason)})`);
}

function changes({ changes }: PreviewReport): string[] {
  if (changes === null) return [];
  const { added, removed, changed, unchanged } = changes;
  const lines = [
    ...added.map((id) => `- added ${label(id)}`),
    ...removed.map((id) => `- removed ${label(id)}`),
    ...changed.map(({ object, paths }) => `- changed ${label(object)}: ${text(paths.join(", "))}`),
  ];
  const counts = `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${unchanged} unchanged`;
  if (lines.length === 0) return [`No object changes (${unchanged}).`];
  return [
    `<details><summary>${counts}</summary>`,
    "",
    ...lines
      .slice(0, most.changes)
      .map((line) => (line.length > most.message ? `${line.slice(0, most.message)}…` : line)),
    ...more(lines.length - most.changes),
    "",
    "</details>",
  ];
}

function more(left: number): string[] {
  return left > 0 ? ["", `… and ${left} more: \`npm run preview -- <stack>\` shows all.`] : [];
}

const label = ({ kind, namespace, name }: ObjectId) =>
  text(`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`);

/**
 * What a pull request says stands in the comment as text: no markup, no image that is loaded, nobody mentioned, no issue
 * linked, and no line of its own.
 */
function text(plain: string): string {
  return plainInMarkdown(plain.replace(/\s+/g, " ")).replace(/[@#]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
