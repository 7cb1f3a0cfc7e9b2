import { type Api, ApiError, fieldManager } from "./api";
import { type FieldSet, type ManagedFields, type Metadata } from "./objects";

type Path = readonly string[];

/** The owners of a field at this time. */
export function ownersOf({ managedFields = [] }: Metadata, path: Path): ManagedFields[] {
  return managedFields.filter(({ fieldsV1 }) => has(fieldsV1, path));
}

/**
 * Gives a field that the suite changed and changed back to whoever owned it before. Left alone, the next change of that
 * field by its owner (`pulumi up`, server-side apply) would end in a conflict with the suite.
 */
export async function giveBack(
  api: Api,
  path: string,
  field: Path,
  owners: readonly ManagedFields[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const { metadata } = await api.get<{ metadata: Metadata }>(path, signal);
    const now = metadata.managedFields ?? [];
    const wanted = restored(now, field, owners);
    if (JSON.stringify(wanted) === JSON.stringify(now)) {
      return;
    }
    try {
      await api.patch(
        path,
        "application/json-patch+json",
        [
          { op: "test", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
          { op: "replace", path: "/metadata/managedFields", value: wanted },
        ],
        signal,
      );
      return;
    } catch (error) {
      // Controllers write at any time; 422 is what a failed test says.
      if (!(error instanceof ApiError && (error.status === 409 || error.status === 422)) || attempt === 9) {
        throw error;
      }
    }
  }
}

/** The list of owners without the suite's claim, and with those of before. */
export function restored(
  now: readonly ManagedFields[],
  field: Path,
  owners: readonly ManagedFields[],
): ManagedFields[] {
  const kept = now.flatMap((entry): ManagedFields[] => {
    if (entry.manager !== fieldManager || !has(entry.fieldsV1, field)) {
      return [entry];
    }
    const rest = without(entry.fieldsV1 ?? {}, field);
    return Object.keys(rest).length === 0 ? [] : [{ ...entry, fieldsV1: rest }];
  });
  for (const owner of owners.filter(({ manager }) => manager !== fieldManager)) {
    const at = kept.findIndex((entry) => keyOf(entry) === keyOf(owner));
    const entry = kept[at];
    if (entry === undefined) {
      kept.push({ ...owner, fieldsV1: add({}, field) });
    } else {
      kept[at] = { ...entry, fieldsV1: add(entry.fieldsV1 ?? {}, field) };
    }
  }
  return kept;
}

const keyOf = ({ manager, operation, apiVersion, subresource }: ManagedFields) =>
  JSON.stringify([manager, operation, apiVersion, subresource]);

function has(set: FieldSet | undefined, [first, ...rest]: Path): boolean {
  return first === undefined ? set !== undefined : set !== undefined && has(set[first], rest);
}

function without(set: FieldSet, [first, ...rest]: Path): FieldSet {
  if (first === undefined) {
    return {};
  }
  const { [first]: inner, ...others } = set;
  const left = inner === undefined || rest.length === 0 ? {} : without(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left };
}

function add(set: FieldSet, [first, ...rest]: Path): FieldSet {
  return first === undefined ? set : { ...set, [first]: add(set[first] ?? {}, rest) };
}
