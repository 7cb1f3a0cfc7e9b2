import { type Metadata } from "../../../cluster/objects";
import { type ServedKind } from "./heldKinds";

/** An object as it is stored, of whatever kind. */
export interface Stored {
  metadata: Metadata & { namespace: string };
  spec?: Record<string, unknown>;
  [field: string]: unknown;
}

/** How an object is called in a report. */
export function titleOf({ kind }: Pick<ServedKind, "kind">, { metadata: { namespace, name } }: Stored): string {
  return `${kind} ${namespace}/${name}`;
}
