import { type GeneratedValue } from "./generated";
import { type ObjectId, objectKey } from "./objectId";
import { type Path, showPath } from "./path";
import { type Plain } from "./shape";

/** A set of objects that can be compared: the present one, or an earlier output. */
export interface ObjectSet {
  objects: { id: ObjectId; value: Plain }[];
  generated: readonly GeneratedValue[];
}

export interface ChangedObject {
  object: ObjectId;
  /** What differs; values are not shown, so that no secret that somebody added to a file ever is. */
  paths: string[];
}

export interface Changes {
  added: ObjectId[];
  removed: ObjectId[];
  changed: ChangedObject[];
  unchanged: number;
}

/** Compares two sets object by object. */
export function compare(before: ObjectSet, after: ObjectSet): Changes {
  const old = new Map(before.objects.map((object) => [objectKey(object.id), object]));
  const oldWithheld = withheldByObject(before.generated);
  const newWithheld = withheldByObject(after.generated);
  const changes: Changes = { added: [], removed: [], changed: [], unchanged: 0 };
  for (const { id, value } of after.objects) {
    const key = objectKey(id);
    const earlier = old.get(key);
    old.delete(key);
    if (earlier === undefined) {
      changes.added.push(id);
      continue;
    }
    const paths = new Set([...differences(earlier.value, value)].map(showPath));
    for (const path of exclusive(oldWithheld.get(key), newWithheld.get(key))) {
      paths.add(path);
    }
    if (paths.size === 0) {
      changes.unchanged += 1;
    } else {
      changes.changed.push({ object: id, paths: [...paths].sort() });
    }
  }
  changes.removed = [...old.values()].map(({ id }) => id);
  const byKey = (a: ObjectId, b: ObjectId): number => objectKey(a).localeCompare(objectKey(b));
  changes.added.sort(byKey);
  changes.removed.sort(byKey);
  changes.changed.sort((a, b) => byKey(a.object, b.object));
  return changes;
}

function withheldByObject(generated: readonly GeneratedValue[]): Map<string, Set<string>> {
  const paths = new Map<string, Set<string>>();
  for (const value of generated) {
    const key = objectKey(value);
    paths.set(key, (paths.get(key) ?? new Set()).add(value.path));
  }
  return paths;
}

/** A value that is made now and was not before, or the other way round, is a change although neither is shown. */
function exclusive(before: ReadonlySet<string> = new Set(), after: ReadonlySet<string> = new Set()): string[] {
  return [...[...before].filter((path) => !after.has(path)), ...[...after].filter((path) => !before.has(path))];
}

function* differences(before: Plain | undefined, after: Plain | undefined, path: Path = []): Generator<Path> {
  if (before === after) {
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      yield* differences(before[index], after[index], [...path, index]);
    }
  } else if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* differences(before[key], after[key], [...path, key]);
    }
  } else {
    yield path;
  }
}

function isMap(value: Plain | undefined): value is { [key: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
