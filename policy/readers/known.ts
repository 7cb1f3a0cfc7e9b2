import { isUnknownValue, type UnknownValue } from "../rule";

/** What a look gave, or the signal that it met a value which is unknown at preview. */
export type Known<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly cause: UnknownValue };

export function known<T>(look: () => T): Known<T> {
  try {
    return { known: true, value: look() };
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return { known: false, cause: error };
  }
}

/** The first thing that is found; throws the signal where only an unknown value can be the right one. */
export function findKnown<T, R>(all: readonly T[], look: (one: T) => R | undefined): R | undefined {
  let hidden: UnknownValue | undefined;
  for (const one of all) {
    const result = known(() => look(one));
    if (!result.known) hidden ??= result.cause;
    else if (result.value !== undefined) return result.value;
  }
  if (hidden) throw hidden;
  return undefined;
}
