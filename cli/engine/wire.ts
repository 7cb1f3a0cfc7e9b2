import { runtime } from "@pulumi/pulumi";

/** A property value as Pulumi sends it: JSON, with marked objects for secrets, unknowns, resources and assets. */
export type Wire = null | boolean | number | string | Wire[] | WireObject;
export interface WireObject {
  [key: string]: Wire;
}

const { specialSigKey, specialSecretSig, specialResourceSig, specialAssetSig, specialArchiveSig, unknownValue } =
  runtime;

export const unknown: Wire = unknownValue;

export function isObject(value: Wire | undefined): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function signature(value: Wire): Wire | undefined {
  return isObject(value) ? value[specialSigKey] : undefined;
}

export function isSecret(value: Wire): boolean {
  return signature(value) === specialSecretSig;
}

export function secret(value: Wire): Wire {
  return isSecret(value) ? value : { [specialSigKey]: specialSecretSig, value };
}

export function isAsset(value: Wire): boolean {
  return signature(value) === specialAssetSig || signature(value) === specialArchiveSig;
}

/** What stands for a resource where nothing knows resources: its id, or the URN of a component, which has none. */
export function resourceAsValue(value: Wire): Wire | undefined {
  if (!isObject(value) || value[specialSigKey] !== specialResourceSig) {
    return undefined;
  }
  return "id" in value ? (value.id === "" ? unknown : (value.id ?? unknown)) : (value.urn ?? unknown);
}

/**
 * Properties as the engine hands them to a policy pack: unknowns and secrets stay marked, resources are lowered to
 * their ids, and keys that start with `__` are the provider's own business.
 */
export function forAnalyzer(value: Wire): Wire {
  const lowered = resourceAsValue(value);
  if (lowered !== undefined) {
    return lowered;
  }
  if (Array.isArray(value)) {
    return value.map(forAnalyzer);
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !key.startsWith("__"))
        .map(([key, inner]) => [key, forAnalyzer(inner)]),
    );
  }
  return value;
}

/** The value under a secret mark, or the value itself. */
export function unwrapSecret(value: Wire): Wire {
  return isSecret(value) ? ((value as WireObject).value ?? null) : value;
}

/** Every text inside a secret mark; `whole` where the mark is on the text itself, not on something around it. */
export function* secretTexts(value: Wire, inside = false, whole = false): Generator<{ text: string; whole: boolean }> {
  if (typeof value === "string") {
    if (inside && value !== unknown) {
      yield { text: value, whole };
    }
  } else if (isSecret(value)) {
    yield* secretTexts(unwrapSecret(value), true, true);
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) {
      yield* secretTexts(inner, inside);
    }
  }
}
