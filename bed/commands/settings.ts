import { InvalidArgumentError } from "commander";
import { parse } from "yaml";

/** `sessions.refresh=1m`: a path and a value in YAML, so that numbers, lists and truth values can be given. */
export function collectSettings(text: string, earlier: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new InvalidArgumentError("write path=value, for example sessions.refresh=1m");
  }
  return { ...earlier, [text.slice(0, at)]: parse(text.slice(at + 1)) as unknown };
}
