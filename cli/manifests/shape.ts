import {
  isAsset,
  isObject,
  isSecret,
  resourceAsValue,
  unknown,
  unwrapSecret,
  type Wire,
  type WireObject,
} from "../engine/wire";
import { type Redactor } from "../engine/redactor";
import { type Path } from "./path";

/** A value that no output may show: only a real run makes it, or it is a secret. */
export class Withheld {
  constructor(
    readonly why: "unknown" | "secret",
    /** Where it comes from, when that can be told: URNs of resources, or `config:` and a key. */
    readonly from: readonly string[] = [],
    /** Whether the object's own inputs can say where it comes from. */
    readonly traceable = true,
  ) {}
}

/** A value of an object in which everything that must not be shown has been replaced. */
export type Shaped = null | boolean | number | string | Withheld | Shaped[] | ShapedObject;
export interface ShapedObject {
  [key: string]: Shaped;
}

export interface ShapeOptions {
  redactor: Redactor;
  /** Looks for copies of secrets in plain values; costs a search in every text. */
  searchCopies: boolean;
}

/**
 * Replaces what must not be shown. A secret's own structure is hidden with it, because even its keys may come out of
 * the secret; whoever knows better (the keys of a Kubernetes Secret) opens it one level first.
 */
export function shape(value: Wire, options: ShapeOptions): Shaped {
  if (typeof value === "string") {
    if (value === unknown) {
      return new Withheld("unknown");
    }
    const keys = options.redactor.configKeysIn(value);
    if (keys.length > 0) {
      return new Withheld("secret", keys.map(configOrigin));
    }
    return options.searchCopies && options.redactor.holdsCopy(value) ? new Withheld("secret") : value;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => shape(item, options));
  }
  if (isSecret(value)) {
    return withheldSecret(unwrapSecret(value), options);
  }
  if (isAsset(value)) {
    return "(an asset)";
  }
  const resource = resourceAsValue(value);
  if (resource !== undefined) {
    return shape(resource, options);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner, options)]));
}

function configOrigin(key: string): string {
  return `config:${key}`;
}

function withheldSecret(value: Wire, { redactor }: ShapeOptions): Withheld {
  const keys = typeof value === "string" ? redactor.configKeysIn(value) : redactor.configKeysIn(JSON.stringify(value));
  return new Withheld("secret", keys.map(configOrigin));
}

/** A map whose keys may be shown while none of its values may: the data of a Kubernetes Secret. */
export function shapeSecretMap(value: Wire, options: ShapeOptions): Shaped {
  const open = unwrapSecret(value);
  if (!isObject(open) || isSecret(open)) {
    return open === null ? null : new Withheld(open === unknown ? "unknown" : "secret");
  }
  return mapValues(open, (inner) => {
    const shaped = shape(inner, options);
    return shaped instanceof Withheld ? shaped : withheldSecret(inner, options);
  });
}

function mapValues(value: WireObject, change: (inner: Wire) => Shaped): ShapedObject {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
}

/** Every place of a value where something was withheld. */
export function* withheldIn(value: Shaped, path: Path = []): Generator<{ path: Path; withheld: Withheld }> {
  if (value instanceof Withheld) {
    yield { path, withheld: value };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* withheldIn(item, [...path, index]);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield* withheldIn(inner, [...path, key]);
    }
  }
}

export type Plain = null | boolean | number | string | Plain[] | PlainObject;
export interface PlainObject {
  [key: string]: Plain;
}

/**
 * The value without what was withheld: a key goes with its value, a list loses the item. A key without a value says
 * nothing either; Pulumi's provider drops it too.
 */
export function withoutWithheld(value: ShapedObject): PlainObject {
  return prune(value) as PlainObject;
}

function prune(value: Shaped): Plain | undefined {
  if (value instanceof Withheld) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map(prune).filter((item) => item !== undefined);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        const pruned = prune(inner);
        return pruned === undefined || pruned === null ? [] : [[key, pruned]];
      }),
    );
  }
  return value;
}
