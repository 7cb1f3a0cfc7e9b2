import { isDeepStrictEqual } from "node:util";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { type Manifest, type Recording } from "./recording";
import { withoutMarks } from "./values";

/** What a place was before and is after; `undefined` where it isn't. */
export type Difference = [before: unknown, after: unknown];

/**
 * Everything that differs between two recordings, place by place: `Deployment auth/dex: spec.replicas`. An object that
 * only one of them has is one difference, `Deployment auth/dex`. Texts that are configuration are compared inside.
 */
export function differences(before: Recording, after: Recording): Record<string, Difference> {
  const [first, second] = [contents(before), contents(after)];
  const entries = [...new Set([...first.keys(), ...second.keys()])].flatMap((id): [string, Difference][] => {
    const [was, is] = [first.get(id), second.get(id)];
    if (was === undefined || is === undefined) {
      return [[id, was === undefined ? ["absent", "present"] : ["present", "absent"]]];
    }
    // Most objects are the same, and to take them apart is most of the work.
    if (isDeepStrictEqual(was, is)) {
      return [];
    }
    const [old, now] = [new Map(leaves(was, "")), new Map(leaves(is, ""))];
    return [...new Set([...old.keys(), ...now.keys()])]
      .filter((path) => old.get(path) !== now.get(path))
      .map((path) => [`${id}: ${path}`, [old.get(path), now.get(path)]]);
  });
  return Object.fromEntries(entries);
}

function contents(recording: Recording): Map<string, unknown> {
  const objects = recording.objects.map(({ manifest }): [string, unknown] => [idOf(manifest), manifest]);
  const charts = recording.charts.map(({ resource, name }): [string, unknown] => [
    `Chart ${name}`,
    withoutMarks(resource.inputs),
  ]);
  const others = recording.resources
    .filter(({ custom, type }) => custom && !type.startsWith("kubernetes:"))
    .map(({ type, name, inputs }): [string, unknown] => [`${type.split(":").at(-1)} ${name}`, withoutMarks(inputs)]);
  return new Map([...objects, ...charts, ...others]);
}

export function idOf({ kind, metadata: { name, namespace } }: Manifest): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function* leaves(value: unknown, path: string): Generator<[string, unknown]> {
  const inner = typeof value === "string" ? opened(path, value) : value;
  if (typeof inner !== "object" || inner === null) {
    yield [path, inner];
    return;
  }
  const entries = Object.entries(inner);
  if (entries.length === 0) {
    yield [path, Array.isArray(inner) ? "[]" : "{}"];
  }
  for (const [key, child] of entries) {
    yield* leaves(child, Array.isArray(inner) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
  }
}

/** A configuration file as what it says; any other text of several lines as its lines. */
function opened(path: string, text: string): unknown {
  if (path.endsWith(".toml")) {
    return parseToml(text);
  }
  if (path.endsWith(".yaml")) {
    return parseYaml(text);
  }
  return text.includes("\n") ? text.split("\n") : text;
}
