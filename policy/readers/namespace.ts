import { type Manifest, mapAt } from "../manifest";
import { type RuleContext } from "../rule";

/** Where a namespaced object is, also where it names no namespace itself. */
export function namespaceOf(manifest: Manifest, context: RuleContext): string {
  const own = mapAt(manifest["metadata"], "metadata")["namespace"];
  return typeof own === "string" && own !== "" ? own : context.defaultNamespace;
}
