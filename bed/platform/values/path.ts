import { type Path } from "../../../cli/manifests/path";

type Container = Record<string, unknown> | unknown[];

/** Reads a path as `generated.json` writes it: `stringData["tls.crt"]`, `spec.rules[0].host`. */
export function readPath(text: string): Path {
  const steps: (string | number)[] = [];
  const pattern = /(?:^|\.)([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) {
      throw new Error(`${text} is no path into an object`);
    }
    const [, bare, index, quoted] = match;
    steps.push(bare ?? (index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index)));
  }
  return steps;
}

/**
 * Puts a value where it was left out. A list lost the item, so it is inserted; whoever fills several places of an object
 * does so in the order of the paths.
 */
export function fill(object: Record<string, unknown>, path: Path, value: unknown): void {
  let at: Container = object;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (Array.isArray(at)) {
      if (typeof step !== "number" || step > at.length) {
        throw new Error(`there is no place ${String(step)} in a list of ${at.length}`);
      }
      if (last) {
        at.splice(step, 0, value);
        return;
      }
      at = at[step] as Container;
    } else {
      if (last) {
        at[step] = value;
        return;
      }
      at = (at[step] ??= typeof path[index + 1] === "number" ? [] : {}) as Container;
    }
  }
}
