import { createHash } from "node:crypto";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { version } from "../../package.json";
import { type RuleFacts, type Severity } from "../../policy/rule";
import { type ScanFinding } from "../scan/check";
import { type ScanResult } from "../scan/run";

/**
 * The score that GitHub sorts security alerts by: over 9.0 is critical, from 7.0 high, from 4.0 medium
 * (https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning).
 */
const scores: Record<Severity, string> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" };

const sarifLevels = { mandatory: "error", advisory: "warning" } as const;

/** With more of them in a run GitHub takes none (the same page). */
const mostResults = 25_000;

/** Findings as SARIF 2.1.0, in the part of it that GitHub's code scanning takes. No snippet: it could show a secret. */
export function formatSarif(result: ScanResult, rules: readonly RuleFacts[], root: string): string {
  const { problems, firstFile } = result;
  // The worst come first.
  const findings = result.findings.slice(0, mostResults);
  const left = result.findings.length - findings.length;
  const indices = new Map(rules.map(({ name }, index) => [name, index]));
  const seen = new Map<string, number>();
  return JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "Kubeflow Gatehouse",
              semanticVersion: version,
              rules: rules.map(descriptor),
            },
          },
          invocations: [
            {
              executionSuccessful: problems.length === 0,
              toolExecutionNotifications: [
                ...problems.map(({ key, value, mend }) => ({
                  level: "error",
                  message: { text: `${key}: ${value}. ${mend}.` },
                })),
                ...(left === 0 ? [] : [{ level: "warning", message: { text: leftOut(left) } }]),
              ],
            },
          ],
          results: findings.map((finding) => {
            const { rule, level, message, subject } = finding;
            const file = subject.file ?? firstFile;
            return {
              ruleId: rule,
              ruleIndex: indices.get(rule),
              level: sarifLevels[level],
              message: { text: labelled(finding, message) },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: artifact(file, root),
                    region: { startLine: subject.line ?? 1 },
                  },
                },
              ],
              partialFingerprints: { primaryLocationLineHash: fingerprint(finding, file, seen) },
            };
          }),
          columnKind: "utf16CodeUnits",
        },
      ],
    },
    null,
    2,
  );
}

function leftOut(count: number): string {
  return `${count} findings are left out, because GitHub takes ${mostResults} of a run. Scan the folders one by one.`;
}

function descriptor(rule: RuleFacts): object {
  const { name, title, why, mend, severity, enforcementLevel, references } = rule;
  const weaknesses = references.map(({ id }) => /^CWE-\d+$/.exec(id)?.[0]).filter((id) => id !== undefined);
  const sources = references.map(({ id, url, about }) => `- [${id}](${url}): ${about}`);
  return {
    id: name,
    name: name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    helpUri: references[0]?.url,
    help: { text: `${why}\n\n${mend}`, markdown: [why, "", `**Mend:** ${mend}`, "", ...sources].join("\n") },
    defaultConfiguration: { level: sarifLevels[enforcementLevel] },
    properties: {
      tags: ["security", ...weaknesses.map((id) => `external/cwe/${id.toLowerCase()}`)],
      precision: "high",
      "security-severity": scores[severity],
    },
  };
}

/** An alert is read without the manifest beside it. */
function labelled({ subject }: ScanFinding, message: string): string {
  const { kind, namespace, name = "" } = subject;
  return kind === undefined ? message : `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}: ${message}`;
}

/** Inside the folder of the run relative to it, as GitHub needs it; what lies elsewhere can only be named absolutely. */
function artifact(file: string, root: string): { uri: string; uriBaseId?: string } {
  if (file === "-") return { uri: "stdin", uriBaseId: "%SRCROOT%" };
  const path = resolve(root, file);
  const inside = relative(root, path);
  if (isAbsolute(inside) || inside.split(sep)[0] === "..") return { uri: pathToFileURL(path).href };
  return { uri: inside.split(sep).map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}

/**
 * What stays the same when lines move: the rule, the object, the field and the file. Several violations of one field are
 * told apart by their number, as GitHub does with equal lines.
 */
function fingerprint({ rule, subject, field }: ScanFinding, file: string, seen: Map<string, number>): string {
  const { apiVersion, kind, namespace, name } = subject;
  const parts = [rule, file, apiVersion, kind, namespace, name, field].map((part) => part ?? "");
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
  const count = (seen.get(hash) ?? 0) + 1;
  seen.set(hash, count);
  return `${hash}:${count}`;
}
