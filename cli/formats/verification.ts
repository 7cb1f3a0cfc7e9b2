import { join } from "node:path";
import { type CheckList, type CheckResult, titleOf, type Verification } from "../../acceptance/verification";
import { plural, type Style, wrap } from "./style";

/** The first lines: what is verified, and as whom. */
export function formatTarget({ gate, echo, address, people }: Verification["target"], { colors }: Style): string {
  const details = [
    ...(address === null ? [] : [`at ${address}`]),
    echo === null ? "without an echo application" : `echo ${echo}`,
    people.length === 0 ? "signed in as nobody" : `signed in as ${people.join(", ")}`,
  ];
  return `${colors.bold(`Verify ${gate}`)}\n${colors.dim(details.join("; "))}`;
}

/** One result; `heading` begins a new area. */
export function formatCheck(check: CheckResult, style: Style, heading: boolean, directory: string | null): string {
  const { colors, width } = style;
  const { outcome, name, tried, seconds, proves, wrong, mend, reason, figures, files } = check;
  const indented = (text: string, first = ""): string[] =>
    wrap(text, width - 6 - first.length).map(
      (line, index) => `      ${index === 0 ? first : " ".repeat(first.length)}${line}`,
    );
  const dim = (lines: readonly string[]) => lines.map(colors.dim);
  const counted = colors.dim(`${tried} tried, ${seconds.toFixed(1)} s`);
  const facts = [
    ...figures.map((figure) => `${figure.name}: ${figure.value} ${figure.unit}`),
    ...files.map((file) => `file: ${directory === null ? file : join(directory, file)}`),
  ];
  const verdict = {
    passed: [`  ${colors.green("✓")} ${name}  ${counted}`, ...dim(indented(proves))],
    failed: [
      `  ${colors.red("✗")} ${colors.bold(name)}  ${counted}`,
      ...dim(indented(proves)),
      ...wrong.flatMap((line) => indented(line, "wrong: ")),
      ...indented(mend, "mend:  "),
    ],
    "left-out": [`  ${colors.yellow("–")} ${name}`, ...indented(reason ?? "", "left out: ")],
  }[outcome];
  return [
    ...(heading ? ["", colors.bold(check.area)] : []),
    ...verdict,
    ...dim(facts.flatMap((fact) => indented(fact))),
  ].join("\n");
}

/** What is left to say after the last result; the counts stand alone on the last line. */
export function formatClosing({ counts, checks, exitCode }: Verification, { colors, width }: Style): string {
  const { passed, failed, leftOut, notAskedFor } = counts;
  const failures = checks.filter(({ outcome }) => outcome === "failed").map(titleOf);
  const lines = [
    ...(failures.length === 0 ? [] : [`Failed: ${failures.join(", ")}`]),
    ...(leftOut === 0 ? [] : [`Left out: ${plural(leftOut, "check")}; what they would show is not proven here.`]),
    ...(notAskedFor === 0 ? [] : [`Not asked for: ${plural(notAskedFor, "check")} (--only, --skip).`]),
    ...(exitCode === 3 ? ["The run was interrupted."] : []),
    ...(passed + failed === 0 ? ["Nothing ran, so nothing is proven."] : []),
  ];
  const text = lines.flatMap((line) => wrap(line, width));
  return [
    "",
    ...text.map((line) => (exitCode === 0 ? line : colors.red(line))),
    `${passed} passed, ${failed} failed${leftOut === 0 ? "" : `, ${leftOut} skipped`}`,
  ].join("\n");
}

/** Every check, for `--list`. */
export function formatCheckList({ checks }: CheckList, { colors, width }: Style): string {
  return checks
    .map((check) => {
      const { proves, needs, exercises } = check;
      const facts = [`on ${exercises.join(", ")}`, ...(needs.length === 0 ? [] : [`needs ${needs.join(", ")}`])];
      return [
        colors.bold(titleOf(check)),
        ...wrap(proves, width - 2).map((line) => `  ${line}`),
        `  ${colors.dim(facts.join("; "))}`,
      ].join("\n");
    })
    .join("\n");
}
