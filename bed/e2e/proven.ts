import { type CheckResult } from "../../acceptance/verification";
import { type ModeResult } from "./run";

/** What was proven, by which check, on which component: Markdown, written by the run itself. */
export function provenTable(results: readonly ModeResult[]): string {
  const head = [
    "# What was proven, by which check, on which component",
    "",
    "Written by a run of `npm run e2e`; nothing here was entered by hand. `left out` is what the machine of that run had not.",
    "",
  ];
  return `${[...head, ...results.flatMap(section)].join("\n").trimEnd()}\n`;
}

function section({ mode, bed, analysis, verification, mutations, lifecycle }: ModeResult): string[] {
  const { passed, failed, leftOut } = verification.counts;
  const { facts, versions, missing } = bed;
  const how = [
    `Stack \`${facts.stack}\`, applied by ${facts.appliedBy}: ${facts.counts.objects} objects.`,
    `Components: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
    ...(missing.length > 0 ? [`Not to be had, and left out: ${missing.join(", ")}.`] : []),
    ...facts.standIns.map((standIn) => `In its place: ${standIn}.`),
    ...facts.leftOut,
    ...analysis.wrong.map((wrong) => `**Istio's analysis: ${wrong}**`),
    ...(analysis.wrong.length === 0 ? ["Istio's analysis finds nothing that is not known."] : []),
    ...analysis.accepted,
  ].map((line) => `- ${line}`);
  return [
    `## Mode ${mode.name}: ${passed} passed, ${failed} failed, ${leftOut} left out`,
    "",
    ...how,
    "",
    "| check | proves | on | tried | outcome |",
    "|-|-|-|-|-|",
    ...verification.checks.map(row),
    "",
    ...(mutations.length === 0
      ? []
      : [
          "### Broken on purpose",
          "",
          "| mutation | what is wrong then | noticed by |",
          "|-|-|-|",
          ...mutations.map(
            ({ name, breaks, outcome, by, why }) =>
              `| ${name} | ${cell(breaks)} | ${outcome === "noticed" ? by.join(", ") : `${outcome === "missed" ? "**missed**" : "left out"}: ${cell(why ?? "")}`} |`,
          ),
          "",
        ]),
    ...(lifecycle.length === 0
      ? []
      : [
          "### Once more, and away",
          "",
          "| step | proves | outcome |",
          "|-|-|-|",
          ...lifecycle.map(({ name, proves, outcome, says }) => {
            const how = { passed: "passed", failed: "**failed**", "left-out": "left out" }[outcome];
            return `| ${name} | ${cell(proves)} | ${how}: ${cell(says)} |`;
          }),
          "",
        ]),
  ];
}

function row({ area, name, proves, exercises, tried, outcome, reason, figures }: CheckResult): string {
  const measured = figures.map((figure) => `${figure.name} ${round(figure.value)} ${figure.unit}`);
  const said =
    outcome === "left-out"
      ? `left out: ${cell(reason ?? "")}`
      : [outcome === "failed" ? "**failed**" : outcome, ...measured].join("; ");
  return `| ${area}/${name} | ${cell(proves)} | ${exercises.join(", ")} | ${tried} | ${said} |`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
