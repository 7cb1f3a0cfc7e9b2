import { CommanderError } from "commander";
import { type Redactor } from "./engine/redactor";
import { BadInput, exitCodes, Failure, type Problem } from "./exit";
import { formatProblems } from "./formats/problems";
import { type Style } from "./formats/style";

/** What a command prints with `--json` when it could not do its work. */
export interface ErrorReport {
  format: "gatehouse.error/v1";
  exitCode: 2 | 3;
  message: string;
  problems: readonly Problem[];
  details: string;
}

/** What went wrong, without the secrets that are known by then. */
export function errorReport(error: unknown, redactor: Redactor): ErrorReport {
  const base = { format: "gatehouse.error/v1" as const, problems: [], details: "" };
  if (error instanceof BadInput) {
    return { ...base, exitCode: exitCodes.badInput, message: error.message, problems: error.problems };
  }
  if (error instanceof CommanderError) {
    const message = `${error.message.replace(/^error: /, "")} (gatehouse --help)`;
    return { ...base, exitCode: exitCodes.badInput, message };
  }
  const failure =
    error instanceof Failure
      ? error
      : error instanceof Error
        ? new Failure(error.message, error.stack ?? "")
        : new Failure(String(error));
  return {
    ...base,
    exitCode: exitCodes.ownFailure,
    message: redactor.redact(failure.message),
    details: redactor.redact(failure.details),
  };
}

/** The same for people. */
export function formatError({ exitCode, message, problems, details }: ErrorReport, style: Style): string {
  const { bold, dim, red } = style.colors;
  const lines = [
    `${red(bold(exitCode === exitCodes.badInput ? "Bad input:" : "Failed:"))} ${message}`,
    ...formatProblems(problems, style),
    ...(details === "" ? [] : [dim(details)]),
  ];
  return `${lines.join("\n")}\n`;
}
