import * as pulumi from "@pulumi/pulumi";
import { crossChecks } from "./crossChecks";
import { environmentOf, presets } from "./presets";
import { type Settings, settingsSchema } from "./schema";
import { SettingsError, type SettingsProblem } from "./settingsError";
import { closest } from "./spelling";

// The SDK exports it without declaring it. Were it gone, every value would count as secret and stay out of messages.
const { isConfigSecret = () => true } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What `Pulumi.<stack>.yaml` says, before any check. */
export interface RawSettings {
  /** The project's name, which is the namespace of its configuration keys. */
  project: string;
  /** The stack's name. */
  stack: string;
  /** Configuration values by key within the namespace, as Pulumi hands them on: strings, or JSON of anything else. */
  values: Record<string, string>;
  /** Keys that hold a secret anywhere in their value. */
  secretKeys: ReadonlySet<string>;
}

/** Reads the whole configuration of the running stack; nothing else in the program reads any. */
export function readSettings(): Settings {
  const project = pulumi.getProject();
  const prefix = `${project}:`;
  const values: Record<string, string> = {};
  const secretKeys = new Set<string>();
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (key.startsWith(prefix)) {
      values[key.slice(prefix.length)] = value;
      if (isConfigSecret(key)) {
        secretKeys.add(key.slice(prefix.length));
      }
    }
  }
  return checkSettings({ project, stack: pulumi.getStack(), values, secretKeys });
}

/** Checks a stack's settings as a whole; throws a `SettingsError` with every problem there is. */
export function checkSettings({ project, stack, values, secretKeys }: RawSettings): Settings {
  const given: { [key: string]: Json } = {};
  for (const [key, text] of Object.entries(values)) {
    given[key] = decode(key, text);
  }
  const problem = (path: readonly PropertyKey[], value: unknown, mend: string): SettingsProblem => ({
    key: `${project}:${path.map(String).join(".")}`,
    value: secretKeys.has(String(path[0])) ? "[secret]" : value === undefined ? "(not set)" : JSON.stringify(value),
    mend,
  });

  const environment = given.environment ?? environmentOf(stack);
  const preset =
    typeof environment === "string" && Object.hasOwn(presets, environment)
      ? presets[environment as keyof typeof presets]
      : {};
  const merged = overlay(preset as Json, { ...given, environment });

  const problems = plainSecrets(given, secretKeys).map((path) =>
    problem(path, "(plain text)", `make it a secret: pulumi config set --secret --path '${project}:${path.join(".")}'`),
  );
  const parsed = settingsSchema.safeParse(merged);
  if (!parsed.success) {
    for (const issue of parsed.error.issues.flatMap(flatten)) {
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) {
          const path = [...issue.path, key];
          const suggestion = closest(key, knownKeys(issue.path));
          problems.push(
            problem(
              path,
              valueAt(merged, path),
              suggestion === undefined
                ? "there is no such setting: remove it"
                : `there is no such setting: did you mean ${suggestion}?`,
            ),
          );
        }
      } else {
        problems.push(problem(issue.path, valueAt(merged, issue.path), mendOf(issue, valueAt(merged, issue.path))));
      }
    }
    throw new SettingsError(problems);
  }
  for (const check of crossChecks) {
    for (const { path, value, mend } of check(parsed.data)) {
      problems.push(problem(path, value, mend));
    }
  }
  if (problems.length > 0) {
    throw new SettingsError(problems);
  }
  return parsed.data;
}

/** Pulumi hands structured values on as JSON and plain strings as they are. */
function decode(key: string, text: string): Json {
  const schema = settingsSchema.shape[key as keyof typeof settingsSchema.shape] as { type?: string } | undefined;
  if (schema?.type === "string" || schema?.type === "enum") {
    return text;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Objects are merged key by key; everything else, lists included, replaces what the preset said. */
function overlay(base: Json, top: Json): Json {
  if (!isObject(base) || !isObject(top)) {
    return top;
  }
  const merged = { ...base };
  for (const [key, value] of Object.entries(top)) {
    const below = merged[key];
    merged[key] = below === undefined ? value : overlay(below, value);
  }
  return merged;
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueAt(root: Json, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

/** Client secrets that stand in the stack's file as plain text: they would be in the state and in the repository. */
function plainSecrets(given: Record<string, Json>, secretKeys: ReadonlySet<string>): (string | number)[][] {
  const { identity } = given;
  if (secretKeys.has("identity") || !isObject(identity) || !Array.isArray(identity.connectors)) {
    return [];
  }
  return identity.connectors.flatMap((connector, index) =>
    isObject(connector) && typeof connector.clientSecret === "string"
      ? [["identity", "connectors", index, "clientSecret"]]
      : [],
  );
}

type Issue =
  ReturnType<typeof settingsSchema.safeParse> extends { error?: infer E }
    ? NonNullable<E> extends { issues: (infer I)[] }
      ? I
      : never
    : never;

/** A union's own message names none of its branches; the branch that came furthest says what is wrong. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return [issue];
  }
  const branches = issue.errors.map((branch) =>
    branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue),
  );
  const best = branches.reduce((a, b) => (depth(b) > depth(a) ? b : a));
  return best.flatMap(flatten);
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

const article: Record<string, string> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a mapping with its keys indented below",
  string: "a text",
};

/** zod's words for a wrong type say what was expected; ours say what to write. */
function mendOf(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    const wanted = article[issue.expected] ?? issue.expected;
    return value === undefined ? `this setting has no default: write ${wanted}` : `write ${wanted}`;
  }
  return issue.message.replace(/^Invalid discriminator value\. Expected /, "write ");
}

/** The settings that exist at a place of the schema, for a suggestion. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  type Node = {
    shape?: Record<string, unknown>;
    element?: unknown;
    options?: unknown[];
    def?: { innerType?: unknown };
  };
  let nodes: Node[] = [settingsSchema as unknown as Node];
  const expand = (node: Node): Node[] =>
    node.def?.innerType !== undefined
      ? expand(node.def.innerType as Node)
      : node.options !== undefined && typeof node.options[0] === "object"
        ? (node.options as Node[]).flatMap(expand)
        : [node];
  for (const key of path) {
    nodes = nodes
      .flatMap(expand)
      .flatMap((node) =>
        (typeof key === "number" ? [node.element] : [node.shape?.[String(key)]]).filter(
          (child): child is Node => child !== undefined,
        ),
      );
  }
  return nodes.flatMap(expand).flatMap((node) => Object.keys(node.shape ?? {}));
}
