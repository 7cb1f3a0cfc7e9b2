/**
 * A text isn't what it should be. The only error a reader throws.
 *
 * It tells the place and never a piece of the text, because the text may be a Secret's.
 */
export class UnreadableText extends Error {
  override readonly name = "UnreadableText";

  constructor(
    /** What the text should have been, for example `TOML`. */
    readonly format: string,
    readonly reason: string,
    readonly line?: number,
    readonly column?: number,
  ) {
    super(`not readable as ${format}${place(line, column)}: ${reason}`);
  }
}

function place(line: number | undefined, column: number | undefined): string {
  if (line === undefined) return "";
  return ` at line ${line}${column === undefined ? "" : `, column ${column}`}`;
}
