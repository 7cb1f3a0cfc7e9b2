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
