/** How a complaint about a setting is put into words, without a word of what was given as a secret. */
import { type z } from "zod";
import { hidden, namesSecret, withoutSecrets } from "./hiding";
import { type Path, takesSecrets, textsOfSecrets, withoutTexts } from "./schemaPlaces";
import { keyMend } from "./suppliedCertificate";
import { type SettingsProblem } from "./settingsError";
import { memberOf, mendOfUnknown } from "./unknownKeys";

/** One thing that is wrong, before it is known what may be shown of it. */
export interface Complaint {
  /** Path of the setting that is to change. */
  path: Path;
  /** The offending value. */
  value: unknown;
  /** What to write instead. */
  mend: string;
  /** Whether the value may be a secret for its place alone. */
  secret?: boolean;
  /** Whether the value is as somebody wrote it, so that a secret may be in it that the schema could not find. */
  asGiven?: boolean;
}

/** The text of a value in a mend, where its setting is no secret. */
export type Quote = (setting: string, value: unknown) => string;

const longestShown = 200;

/** Speaks of the settings of one stack; `secretKeys` are the settings that hold a secret anywhere. */
export class Wording {
  constructor(
    /** The project in whose configuration the settings stand; nothing where they stand in a program. */
    private readonly project: string | undefined,
    private readonly secretKeys: ReadonlySet<string>,
  ) {}

  readonly quote: Quote = (setting, value) => (this.secretKeys.has(setting) ? hidden : String(value));

  problem({ path, value, mend, secret = false, asGiven = false }: Complaint): SettingsProblem {
    return { key: this.key(path), value: secret ? hidden : this.show(path, value, asGiven), mend };
  }

  /** Whether the setting at the top of the path holds a secret anywhere. */
  holdsSecret([top]: Path): boolean {
    return this.secretKeys.has(String(top));
  }

  /** A path as `pulumi config set --path` reads it. */
  key(path: Path): string {
    const parts = path.map((part, index) => {
      if (typeof part === "number") {
        return `[${part}]`;
      }
      const plain = /^[\w-]{1,100}$/.test(part);
      return plain ? (index === 0 ? part : `.${part}`) : `[${readable(JSON.stringify(part))}]`;
    });
    return `${this.project === undefined ? "" : `${this.project}:`}${parts.join("")}`;
  }

  private show(path: Path, given: unknown, asGiven: boolean): string {
    if (this.secretKeys.has(String(path[0])) || (path[0] !== "rotation" && path.some(namesSecret))) {
      return hidden;
    }
    // A registry has no scheme, by which a password would be told from the rest.
    const isRegistry = path[0] === "mirror" && typeof given === "string" && !given.includes("://");
    const value = isRegistry ? given.replace(/^.*@/s, `${hidden}@`) : given;
    if (value === undefined) {
      return "(not set)";
    }
    try {
      const open = asGiven ? withoutTexts(value, path, hidden) : value;
      return open === hidden
        ? hidden
        : readable(JSON.stringify(open, (key, inner: unknown) => (namesSecret(key) ? hidden : withoutSecrets(inner))));
    } catch {
      return "(nested too deeply to show)";
    }
  }
}

/** JSON leaves some characters as they are that a terminal would act on, or that turn a line around. */
function readable(json: string): string {
  const cut = json.length > longestShown ? `${json.slice(0, longestShown)}…` : json;
  return cut.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Secrets that stand in the stack's file as plain text: they would be in the state and in the repository. */
export function plainSecrets(given: Record<string, unknown>, wording: Wording): Complaint[] {
  const places = Object.entries(given).filter(([key]) => !wording.holdsSecret([key]));
  return textsOfSecrets(Object.fromEntries(places)).map(({ path, value }): Complaint => ({
    path,
    value,
    mend: `make it a secret: pulumi config set --secret --path '${wording.key(path)}'`,
  }));
}

/** The private key of a given certificate, as long as it is a text: the settings only hold it as a secret. */
export function keyOfGivenCertificate(given: unknown): Complaint[] {
  const path = ["certificates", "edge", "privateKey"];
  const mend =
    valueAt(given, ["certificates", "edge", "type"]) === "given"
      ? keyMend(valueAt(given, ["certificates", "edge", "certificate"]), valueAt(given, path))
      : undefined;
  return mend === undefined ? [] : [{ path, value: hidden, mend }];
}

/** What the schema has against the settings. */
export function complaintsOf(error: z.ZodError, settings: unknown): Complaint[] {
  const complaints = error.issues.flatMap(flatten).flatMap((issue): Complaint[] => {
    const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const unknown = [...path, key];
        const mend = mendOfUnknown(path, key, settings);
        return { path: unknown, value: valueAt(settings, unknown), mend, secret: takesSecrets(path), asGiven: true };
      });
    }
    const value = valueAt(settings, path);
    return [{ path, value, mend: mendOf(issue, value), asGiven: true }];
  });
  // 1e300 is neither a whole number nor a port; the first mend of a value is enough.
  return [
    ...new Map(complaints.reverse().map((complaint) => [JSON.stringify(complaint.path), complaint])).values(),
  ].reverse();
}

type Issue = z.core.$ZodIssue;

/** A union's own message names none of its branches; the branch that came furthest says what is wrong. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return [issue];
  }
  // A branch of another type altogether was not meant; among the others, the deeper the complaint, the more fitted.
  const distance = (branch: readonly Issue[]) =>
    branch.some(({ code, path }) => code === "invalid_type" && path.length === 0)
      ? Number.POSITIVE_INFINITY
      : -Math.max(...branch.map(({ path }) => path.length));
  const best = issue.errors.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(flatten);
}

const kinds: Record<string, string> = {
  array: "a list",
  object: "a mapping with its keys indented below",
  string: "a text",
};

/** zod's words for a wrong type say what was expected; ours say what to write. */
function mendOf(issue: Issue, value: unknown): string {
  const mend =
    issue.code === "invalid_type" && issue.message.startsWith("Invalid input")
      ? `write ${kinds[issue.expected] ?? issue.expected}`
      : issue.message.replace(
          /^Invalid discriminator value\. Expected '(.*)'$/,
          (_, types: string) => `write ${types.replaceAll("' | '", " or ")}`,
        );
  return value === undefined ? `this setting has no default: ${mend}` : mend;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce(memberOf, root);
}
