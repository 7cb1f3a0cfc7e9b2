import { matches } from "../../documents/labelSelector";
import { mapAt } from "../manifest";

/** Whether a LabelSelector takes these labels; an empty one takes everything. */
export function selects(selector: unknown, labels: Record<string, unknown>, field: string): boolean {
  return matches(mapAt(selector, field), labels as Record<string, string>);
}
