import { type Redactor } from "../engine/redactor";
import { type WireObject } from "../engine/wire";
import { type Plain, shape, type Shaped, Withheld, withheldIn } from "../manifests/shape";
import { type ReportedOutput } from "./report";

const shown = { secret: "[secret]", unknown: "[known after pulumi up]" } as const;

/** What a program exports, without what must not be shown. */
export function reportedOutputs(outputs: WireObject, redactor: Redactor): Record<string, ReportedOutput> {
  return Object.fromEntries(
    Object.entries(outputs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, wire]) => {
        const value = shape(wire, { redactor, searchCopies: true });
        const reasons = new Set([...withheldIn(value)].map(({ withheld }) => withheld.why));
        return [name, { value: masked(value), secret: reasons.has("secret"), unknown: reasons.has("unknown") }];
      }),
  );
}

function masked(value: Shaped): Plain {
  if (value instanceof Withheld) {
    return shown[value.why];
  }
  if (Array.isArray(value)) {
    return value.map(masked);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
  }
  return value;
}
