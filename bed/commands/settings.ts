import { InvalidArgumentError } from "commander";
import { parse } from "yaml";

/** Longest steady load that the suite takes. */
const mostSeconds = 3600;

/** Asked before a bed is built for it. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > mostSeconds) {
    throw new InvalidArgumentError(`write a whole number of seconds from 0 to ${mostSeconds}; 0 leaves it out`);
  }
  return value;
}

/** `sessions.refresh=1m`: a path and a value in YAML, so that numbers, lists and truth values can be given. */
export function collectSettings(text: string, earlier: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new InvalidArgumentError("write path=value, for example sessions.refresh=1m");
  }
  return { ...earlier, [text.slice(0, at)]: parse(text.slice(at + 1)) as unknown };
}
