/** A Kubernetes object as it is sent to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A field has another type than the Kubernetes API gives it, so nobody can say what it means. */
export class UnexpectedShape extends Error {
  override readonly name = "UnexpectedShape";

  constructor(field: string, value: unknown, expected: string) {
    super(`${field} is ${describeType(value)}, where Kubernetes expects ${expected}`);
  }
}

/** The value as a map; nothing where it is absent. */
export function mapAt(value: unknown, field: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (isMap(value)) return value;
  throw new UnexpectedShape(field, value, "a map");
}

/** The value as a list; empty where it is absent. */
export function listAt(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new UnexpectedShape(field, value, "a list");
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The API group: empty for the core group. */
export function groupOf(manifest: Manifest): string {
  const slash = manifest.apiVersion.indexOf("/");
  return slash < 0 ? "" : manifest.apiVersion.slice(0, slash);
}

/** A path segment as JavaScript would write it, so that keys with dots stay readable. */
export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const plain = /^[A-Za-z_$][\w$-]*$/.test(key);
  if (!plain) return `${path}[${JSON.stringify(key)}]`;
  // ": " ends the name of a text that has paths of its own.
  return path === "" || path.endsWith(": ") ? `${path}${key}` : `${path}.${key}`;
}

function describeType(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
