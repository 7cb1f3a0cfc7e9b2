import { type CheckResult } from "../../acceptance/verification";
import { type Bed } from "../startUp";
import { count, type E2eCounts, type ModeResult, wronglyLeftOut } from "./result";

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

const heading = /^(?=## Mode )/m;
const modeOf = (section: string) => /^## Mode ([a-z0-9-]+):/.exec(section)?.[1];

/** A table with the sections of a run in place of an earlier one's; those of modes that did not run stay. */
export function withSections(earlier: string, own: string, order: readonly string[]): string {
  const [head = "", ...sections] = own.split(heading);
  const [, ...former] = earlier.split(heading);
  const latest = new Map([...former, ...sections].map((section) => [modeOf(section), `${section.trimEnd()}\n`]));
  const kept = order.flatMap((name) => latest.get(name) ?? []);
  return [`${head.trimEnd()}\n`, ...kept].join("\n");
}

function section(result: ModeResult): string[] {
  const { mode, met, bed, analysis, verification, mutations, lifecycle, broken, leftOut } = result;
  const checks = count([{ ...result, analysis: undefined, mutations: [], lifecycle: [], broken: [] }]);
  const wrongly = verification === undefined ? [] : wronglyLeftOut(verification.checks, met);
  const how = [
    ...(bed === undefined ? [] : about(bed)),
    ...(analysis?.wrong.map((wrong) => `**Istio's analysis: ${wrong}**`) ?? []),
    ...(analysis?.wrong.length === 0 ? ["Istio's analysis finds nothing that is not known."] : []),
    ...(analysis?.accepted ?? []),
    ...broken.map(({ step, why }) => `**No result: ${step}: ${cell(why)}**`),
    ...wrongly.map((check) => `**Left out although all that it needs is there: ${cell(check)}**`),
  ].map((line) => `- ${line}`);
  const title =
    leftOut !== undefined
      ? `left out: ${leftOut}`
      : verification === undefined
        ? "the suite has no result"
        : summary(checks);
  return [
    `## Mode ${mode.name}: ${title}`,
    "",
    ...how,
    "",
    ...(verification === undefined
      ? []
      : ["| check | proves | on | tried | outcome |", "|-|-|-|-|-|", ...verification.checks.map(row), ""]),
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

function about({ facts, versions, missing }: Bed): string[] {
  return [
    `Stack \`${facts.stack}\`, applied by ${facts.appliedBy}: ${facts.counts.objects} objects.`,
    `Components: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
    ...(missing.length > 0 ? [`Not to be had, and left out: ${missing.join(", ")}.`] : []),
    ...facts.standIns.map((standIn) => `In its place: ${standIn}.`),
    ...facts.leftOut,
  ];
}

function summary({ passed, failed, leftOut }: E2eCounts): string {
  return `${passed} passed, ${failed} failed, ${leftOut} left out`;
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
