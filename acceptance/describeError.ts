import { stripVTControlCharacters } from "node:util";

const longest = 500;

/** An error in one short line, with the causes that Node hides in `errors` and `cause`. */
export function describeError(error: unknown): string {
  // Programs colour what they say.
  const line = stripVTControlCharacters(textOf(error)).replaceAll(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    const each = new Set(error.errors.map(textOf));
    return [...(error.message === "" ? [] : [error.message]), ...each].join("; ");
  }
  const message = error.message === "" ? error.name : error.message;
  // What an abort carries as its cause is why it came to that, not what went wrong.
  return error.cause instanceof Error && !isAbort(error) ? `${message} (${textOf(error.cause)})` : message;
}

/** Whether an error says only that a signal ended something. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
