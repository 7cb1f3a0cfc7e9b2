import { parse, TomlError } from "smol-toml";
import { UnreadableText } from "./unreadable";

/** Reads a TOML document into plain values. */
export function readToml(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    // The parser's message goes on with an excerpt of the text; only what is made of plain words is its own.
    const [, words] =
      /^Invalid TOML document: ([a-z][a-z ,:;.-]*)$/m.exec(error instanceof Error ? error.message : "") ?? [];
    const line = error instanceof TomlError ? error.line : undefined;
    const column = error instanceof TomlError ? error.column : undefined;
    throw new UnreadableText("TOML", words ?? "invalid value", line, column);
  }
}
