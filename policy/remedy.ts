import { isMap, type Manifest, type Step, stepsOf } from "./manifest";
import { type Finding, type Mended, type Rule, type RuleContext } from "./rule";
import { run } from "./run";

/** The object as a rule's remedy leaves it; the given one stays as it is. */
export function remedied(rule: Rule, manifest: Manifest, context: RuleContext): Manifest {
  const copy = structuredClone(manifest);
  mend(copy, run(rule, copy, context));
  return copy;
}

/**
 * Writes into an object what mends its violations, and says whether there was anything to write.
 *
 * In place, and nothing but the fields that violations name: a copy would read, and so stumble over, values that are unknown
 * at preview, and a secret's copy would be none.
 */
export function mend(fields: Record<string, unknown>, findings: readonly Finding[]): boolean {
  let wrote = false;
  for (const finding of findings) {
    if (finding.kind !== "violation" || !finding.mended) continue;
    // Nothing where it leads into a text, which is never rewritten.
    const steps = stepsOf(finding.field);
    if (steps !== undefined && write(fields, steps, finding.mended)) wrote = true;
  }
  return wrote;
}

/**
 * A resource's properties with lists that can be read as every other. The SDK's proxy of a remediation (1.21,
 * secretsPreservingProxy) hands out a list's constructor as a proxy that breaks the rules of proxies (ECMA-262, 10.5.8:
 * `prototype` must be the target's own), and with it `map`, `filter` and whatever else makes a list of a list.
 */
export function readable<T extends object>(properties: T): T {
  return new Proxy(properties, {
    get: (target, key) => {
      if (key === "constructor" && Array.isArray(target)) return Array;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "object" && value !== null ? readable(value) : value;
    },
  });
}

function write(fields: Record<string, unknown>, steps: readonly Step[], { value }: Mended): boolean {
  let place: unknown = fields;
  for (const [index, key] of steps.entries()) {
    if (!isContainer(place)) return false;
    if (index === steps.length - 1) {
      place[key] = value;
      return true;
    }
    if (place[key] === undefined || place[key] === null) place[key] = {};
    place = place[key];
  }
  return false;
}

function isContainer(place: unknown): place is Record<Step, unknown> {
  return isMap(place) || Array.isArray(place);
}
