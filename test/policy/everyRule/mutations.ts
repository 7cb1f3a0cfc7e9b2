import fc from "fast-check";
import { type Manifest } from "../../../policy/manifest";

export type Steps = readonly (string | number)[];

/** Every place of a value below its top, from the outside in. */
export function placesIn(value: unknown, steps: Steps = []): Steps[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const place = [...steps, Array.isArray(value) ? Number(key) : key];
    return [place, ...placesIn((value as Record<string, unknown>)[key], place)];
  });
}

export function valueAt(manifest: Manifest, steps: Steps): unknown {
  return steps.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], manifest);
}

/** A copy of an object with another value at a place; `undefined` leaves the place out. */
export function replaced(manifest: Manifest, steps: Steps, value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const parent = valueAt(copy, steps.slice(0, -1)) as Record<string | number, unknown>;
  const last = steps.at(-1) ?? "";
  if (value === undefined && !Array.isArray(parent)) delete parent[last];
  else parent[last] = structuredClone(value ?? null);
  return copy;
}

/** Long texts of what readers look for: a pattern that goes back and forth would take minutes for one of them. */
const long = fc
  .constantFrom(
    "a",
    " ",
    "-",
    "/",
    ".",
    "=",
    "%",
    "(",
    "[",
    "{",
    "{{",
    "\n",
    "\\",
    '"',
    "a.",
    "a/",
    "- ",
    "a: ",
    "$(A)",
  )
  .map((text) => text.repeat(Math.ceil(20_000 / text.length)));

/** What may stand in a place instead: nothing, a value of another type, a text that is none of those that were meant. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, "", [], {}, [[]], [null], { "": null }, 0, -1, 1e300, true, false),
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue(),
  // Parsers make fields of its own of this key, and nothing may take it for the object's prototype.
  fc.constant(JSON.parse('{"__proto__": {"a": 1}, "constructor": "a", "toString": []}') as unknown),
  long,
  long.map((text) => [text]),
  long.map((text) => ({ [text]: text })),
);
