import { type Problem } from "../exit";
import { countFindings, type Finding } from "../finding";
import { type ScanResult } from "../scan/run";
import { formatFindings } from "./findings";
import { formatProblems } from "./problems";
import { plural, type Style } from "./style";

/** What `gatehouse scan --format json` prints, one entry for each violation. */
export interface ScanEntry {
  policy: string;
  severity: string;
  enforcement: "mandatory" | "advisory";
  /** `null` where the violation is that something is missing, and for parts that an object doesn't have. */
  resource: { apiVersion: string | null; kind: string; namespace: string | null; name: string } | null;
  file: string | null;
  line: number | null;
  message: string;
}

export function formatScanJson({ findings }: ScanResult): string {
  return JSON.stringify(findings.map(entryOf), null, 2);
}

function entryOf({ rule, severity, level, subject, message }: Finding): ScanEntry {
  const { apiVersion = null, kind, namespace = null, name = "", file = null, line = null } = subject;
  const resource = kind === undefined ? null : { apiVersion, kind, namespace, name };
  return { policy: rule, severity, enforcement: level, resource, file, line, message };
}

/** A scan for a person: every finding, and the counts alone on the last line. */
export function formatScan(result: ScanResult, style: Style): string {
  const { findings, files, objects, exempted, passedOver, problems } = result;
  const { mandatory, advisory } = countFindings(findings);
  const shown = findings.map((finding) => ({
    ...finding,
    message: printable(finding.message),
    subject: Object.fromEntries(
      Object.entries(finding.subject).map(([key, value]) => [
        key,
        typeof value === "string" ? printable(value) : value,
      ]),
    ),
  }));
  const counts = [
    `${plural(files, "file")}, ${plural(objects, "object")}`,
    `${mandatory} mandatory, ${advisory} advisory`,
    ...(exempted === 0 ? [] : [`${exempted} exempted`]),
    ...(passedOver === 0 ? [] : [`${plural(passedOver, "document")} passed over, which hold no Kubernetes object`]),
    ...(problems.length === 0 ? [] : [`${problems.length} not readable`]),
  ].join("; ");
  const lines = formatFindings(shown, style);
  return [...(lines.length === 0 ? [] : [...lines, ""]), counts].join("\n");
}

/** What could not be read, for the standard error. */
export function formatScanProblems(problems: readonly Problem[], style: Style): string[] {
  const { bold, red } = style.colors;
  const shown = problems.map(({ key, value, mend }) => ({ key: printable(key), value: printable(value), mend }));
  return [`${red(bold("Not scanned:"))} what can't be read isn't checked.`, ...formatProblems(shown, style)];
}

/**
 * A name in a manifest, or of a file, may hold what a terminal obeys, what turns the order of letters around, or what a
 * workflow's runner takes for a command of its own: a line that begins with two colons, and `##[` anywhere
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 */
function printable(text: string): string {
  return text
    .replace(
      // eslint-disable-next-line no-control-regex
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      escaped,
    )
    .replace(/(?<=^|\s):(?=:)/g, escaped)
    .replace(/#(?=#\[)/g, escaped);
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
