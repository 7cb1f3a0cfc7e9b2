/**
 * What a check of something that somebody else installed has found. Whatever the cluster holds is taken for a text that
 * anybody may have written: nothing of it is trusted to have the shape that its kind has.
 */
export interface Difference {
  /** The object and the field in it: `ConfigMap istio-system/istio: trustDomain`. */
  field: string;
  /** What was found there, as JSON. */
  found: string;
  /** What to write instead. */
  mend: string;
}

const longestShown = 200;

/** The value at a path, as far as there are mappings and lists; what every object inherits is not in it. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

/** Kubernetes and Protocol Buffers both read an empty value as none. */
export function isAbsent(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (typeof value === "object" && Object.values(value).every(isAbsent))
  );
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function mappingOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** For a person's terminal, on which nothing that is shown may act. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) {
    return "(not set)";
  }
  const json = JSON.stringify(value);
  const cut = json.length > longestShown ? `${json.slice(0, longestShown)}…` : json;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** Collects differences of one object. */
export class Differences {
  readonly all: Difference[] = [];

  constructor(private readonly object: string) {}

  add(field: string, found: unknown, mend: string): void {
    this.all.push({ field: `${this.object}: ${field}`, found: shown(found), mend });
  }

  /** Adds a difference unless the condition holds. */
  expect(holds: boolean, field: string, found: unknown, mend: string): void {
    if (!holds) {
      this.add(field, found, mend);
    }
  }
}

/** A heading, and a difference on two lines each. */
export function describeDifferences(heading: string, differences: readonly Difference[]): string {
  const count = differences.length === 1 ? "1 difference" : `${differences.length} differences`;
  return [
    `${heading}: ${count}.`,
    ...differences.map(({ field, found, mend }) => `  ${field}: ${found}\n    ${mend}`),
  ].join("\n");
}
