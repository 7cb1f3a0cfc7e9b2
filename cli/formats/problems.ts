import { type Problem } from "../exit";
import { type Style, wrap } from "./style";

/** Problems of settings and options: each with its key, what was found, and what to do. */
export function formatProblems(problems: readonly Problem[], { colors, width }: Style): string[] {
  return problems.flatMap(({ key, value, mend }) => [
    `  ${colors.bold(key)}: ${value}`,
    ...wrap(mend, width - 4).map((line) => `    ${line}`),
  ]);
}
