import { runtime } from "@pulumi/pulumi";
import { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A property as the program sent it: plain data, with marks for what is secret and for what only a real run knows. */
export type Value = null | boolean | number | string | Unknown | Secret | Value[] | { [key: string]: Value };

/** Stands for a value that only a provider can make. */
export class Unknown {
  readonly mark = "unknown";
}

/** Stands around a value that the program marked as a secret. */
export class Secret {
  constructor(readonly value: Value) {}
}

const unknown = new Unknown();

/** Turns Pulumi's wire format into values with marks. */
export function fromWire(wire: unknown): Value {
  if (wire === runtime.unknownValue) {
    return unknown;
  }
  if (Array.isArray(wire)) {
    return wire.map(fromWire);
  }
  if (typeof wire === "object" && wire !== null) {
    const object = wire as Record<string, unknown>;
    const signature = object[runtime.specialSigKey];
    if (signature === runtime.specialSecretSig) {
      return new Secret(fromWire(object.value));
    }
    if (signature !== undefined) {
      throw new Error(`a value of a kind that no manifest has: ${JSON.stringify(wire)}`);
    }
    return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, fromWire(inner)]));
  }
  return wire as Value;
}

/** A secret as Pulumi sends it; without a value it is one that only a provider makes. */
export function secretOnTheWire(value: JavaScriptValue | undefined): { [key: string]: JavaScriptValue } {
  return { [runtime.specialSigKey]: runtime.specialSecretSig, value: value ?? runtime.unknownValue };
}

export function isObject(value: Value | undefined): value is { [key: string]: Value } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** Every text in a value, with whether it is under a secret's mark. */
export function* textsIn(value: Value, secret = false): Generator<{ text: string; secret: boolean }> {
  if (typeof value === "string") {
    yield { text: value, secret };
  } else if (value instanceof Secret) {
    yield* textsIn(value.value, true);
  } else if (Array.isArray(value)) {
    for (const inner of value) {
      yield* textsIn(inner, secret);
    }
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      yield { text: key, secret };
      yield* textsIn(inner, secret);
    }
  }
}

/** Whether anything in the value is unknown. */
export function holdsUnknown(value: Value): boolean {
  if (value instanceof Secret) {
    return holdsUnknown(value.value);
  }
  if (Array.isArray(value)) {
    return value.some(holdsUnknown);
  }
  return value instanceof Unknown || (isObject(value) && Object.values(value).some(holdsUnknown));
}

/** The value without marks; a text stands in for what is unknown, as every unknown of this program is a text. */
export function withoutMarks(value: Value): Exclude<Value, Unknown | Secret> {
  if (value instanceof Unknown) {
    return "made-by-a-real-run";
  }
  if (value instanceof Secret) {
    return withoutMarks(value.value);
  }
  if (Array.isArray(value)) {
    return value.map(withoutMarks);
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMarks(inner)]))
    : value;
}
