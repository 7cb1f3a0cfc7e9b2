import { flagOf, lists, variablePrefix } from "../../../documents/oauth2-proxy/settingNames";
import { type Member, type UnknownValue } from "../../rule";

/** The value of a setting that another object holds which nobody showed. */
export const notShown = Symbol("not shown");

/** Where a setting stands. oauth2-proxy takes the first that has it: flags, variables, the file; `chart` makes a variable. */
export type Origin = "flag" | "variable" | "file" | "alpha file" | "chart";

/** One mention of a setting, whatever it is spelled like. */
export interface Setting {
  /** The name that oauth2-proxy's configuration file has for it, for example `cookie_secure`. */
  readonly name: string;
  readonly origin: Origin;
  /** The object that the value stands in. */
  readonly about: Member;
  /** Where it stands there, with its own spelling. */
  readonly field: string;
  /** Whether everybody can read the value who may read a workload or a ConfigMap. */
  readonly inTheOpen: boolean;
  /** `notShown` where the value is in an object that nobody showed; throws where it is unknown at preview. */
  read(): unknown;
}

/** Settings of the same rank. */
export interface Layer {
  readonly settings: readonly Setting[];
  /** Where the whole layer is unknown at preview, so that it may hold anything. */
  readonly unknown?: UnknownValue;
}

/**
 * The mentions of a setting that count: those of the first layer which has any. In an alpha configuration each upstream and
 * each header has its own.
 */
export function mentions(layers: readonly Layer[], name: string): readonly Setting[] {
  for (const { settings, unknown } of layers) {
    const found = settings.filter((setting) => setting.name === name && setting.read() !== undefined);
    if (found.length > 0) return lists.has(name) ? found : lastOf(found);
    if (unknown) throw unknown;
  }
  return [];
}

function lastOf(found: readonly Setting[]): readonly Setting[] {
  return found.at(-1)?.origin === "alpha file" ? found : found.slice(-1);
}

/** The mention that counts of a setting with one value. */
export function mention(layers: readonly Layer[], name: string): Setting | undefined {
  return mentions(layers, name).at(-1);
}

/** A value as Go's ParseBool takes it; nothing where nobody can say. */
export function asSwitch(value: unknown): boolean | undefined {
  const word = typeof value === "string" ? value.trim().toLowerCase() : String(value);
  if (["true", "t", "1"].includes(word)) return true;
  return ["false", "f", "0", ""].includes(word) ? false : undefined;
}

/** A list as it is written in TOML or YAML, or in one text with commas. */
export function asList(value: unknown): string[] {
  const all = Array.isArray(value) ? (value as unknown[]) : [value];
  return all.flatMap((one) =>
    typeof one === "string"
      ? one
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== "")
      : one === undefined || one === null
        ? []
        : [JSON.stringify(one)],
  );
}

/** A setting in the spelling of the place where it stands. */
export function spelled(name: string, value: string, origin: Origin = "file"): string {
  if (origin === "flag") return `--${flagOf(name)}=${value}`;
  // The place where it stands is named already, and has its own spelling.
  if (origin === "alpha file" || origin === "chart") return value;
  if (origin === "variable") return `${variablePrefix}${name.toUpperCase()}=${value}`;
  const quoted = /^(true|false|\[.*\])$/.test(value) ? value : JSON.stringify(value);
  return `${name} = ${quoted}`;
}

/** A value as it stands, unless it is so long or strange that it may be something confidential. */
export function shown(value: unknown): string {
  if (value === notShown) return "a value that isn't shown";
  if (typeof value === "string") {
    return /^[\w ${}()[\].,:/*@^!=?+~-]{0,60}$/.test(value) && !/:\/\/[^/]*@/.test(value)
      ? JSON.stringify(value)
      : `a text of ${value.length} characters`;
  }
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "a map";
  return String(value);
}
