import { BadInput } from "../../cli/exit";

/** A step into a mapping by its key, or into a list by its index. */
type Step = string | number;

/** Reads `identity.connectors[0].issuer` as Pulumi's `--path` does. */
export function settingPath(text: string): [string, ...Step[]] {
  const steps: Step[] = [];
  const pattern = /(?:^|\.)([A-Za-z][\w-]*)|\[(\d+)\]/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) {
      break;
    }
    steps.push(match[1] ?? Number(match[2]));
    if (pattern.lastIndex === text.length && typeof steps[0] === "string") {
      return steps as [string, ...Step[]];
    }
  }
  throw new BadInput("A setting for the bed cannot be set.", [
    {
      key: text,
      value: "(no path of a setting)",
      mend: "write a path such as sessions.refresh or machines.issuers[0].name",
    },
  ]);
}

/** The value with one place of it changed; mappings on the way are made, lists only grow by one item. */
export function withSetting(value: unknown, [step, ...rest]: readonly Step[], setting: unknown): unknown {
  if (step === undefined) {
    return setting;
  }
  if (typeof step === "number") {
    const list: unknown[] = Array.isArray(value) ? (value as unknown[]) : [];
    if (step > list.length) {
      throw new Error(`there are ${list.length} items, so that number ${step} cannot be set`);
    }
    return list.toSpliced(step, 1, withSetting(list[step], rest, setting));
  }
  const mapping = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return { ...mapping, [step]: withSetting((mapping as Record<string, unknown>)[step], rest, setting) };
}
