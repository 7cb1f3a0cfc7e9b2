/** A Kubernetes object as it is sent to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A field has another type than the Kubernetes API gives it, so nobody can say what it means. */
export class UnexpectedShape extends Error {
  override readonly name = "UnexpectedShape";
  /** The same without the value, which may be a secret. */
  readonly outline: string;

  constructor(field: string, value: unknown, expected: string) {
    super(`${field} is ${describeType(value)}, where Kubernetes expects ${expected}`);
    this.outline = `${field} is something else than ${expected}, which Kubernetes expects`;
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

/** The objects of a list, or the object itself. An item without a kind of its own has the list's. */
export function expandList(manifest: Manifest): Manifest[] {
  if (!manifest.kind.endsWith("List") || !Array.isArray(manifest["items"])) return [manifest];
  const { apiVersion, kind } = manifest;
  const items = manifest["items"] as readonly unknown[];
  return Array.from({ length: items.length }, (_, index) =>
    viewOf(mapAt(items[index], `items[${index}]`), apiVersion, kind.replace(/List$/, "")),
  );
}

/**
 * A view of an object's fields that reads each one when a rule does: a copy would stumble over the first value that is
 * unknown at preview. `apiVersion` and `kind` are for objects that don't say themselves.
 */
export function viewOf(fields: Record<string, unknown>, apiVersion: string, kind: string): Manifest {
  const manifest = { apiVersion, kind };
  for (const key of Object.keys(fields)) {
    Object.defineProperty(manifest, key, { enumerable: true, configurable: true, get: () => fields[key] });
  }
  return manifest;
}

/** The name of an object; empty where it has none, such as before it is generated. */
export function nameOf(manifest: Manifest): string {
  const name = mapAt(manifest["metadata"], "metadata")["name"];
  return typeof name === "string" ? name : "";
}

/** A path segment as JavaScript would write it, so that keys with dots stay readable. */
export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  const plain = /^[A-Za-z_$][\w$-]*$/.test(key);
  if (!plain) return `${path}[${JSON.stringify(key)}]`;
  // ": " ends the name of a text that has paths of its own.
  return path === "" || path.endsWith(": ") ? `${path}${key}` : `${path}.${key}`;
}

export type Step = string | number;

const step = /(?:^|\.)([A-Za-z_$][\w$-]*)|\[(?:(\d+)|("(?:[^"\\]|\\.)*"))\]/y;

/** A path that `join` made, as its steps; nothing where it is another, such as one with a text's name before it. */
export function stepsOf(path: string): Step[] | undefined {
  const steps: Step[] = [];
  step.lastIndex = 0;
  let end = 0;
  for (let match = step.exec(path); match; match = step.exec(path)) {
    const [, name, index, quoted] = match;
    steps.push(name ?? (index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index)));
    end = step.lastIndex;
  }
  return end === path.length && end > 0 ? steps : undefined;
}

function describeType(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
