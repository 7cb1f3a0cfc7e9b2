import { type Manifest } from "../../../policy/manifest";
import { changed } from "../support";

/** Objects that a rule lets pass, and the same with what it rejects. */
export interface Evidence {
  readonly passes: readonly Manifest[];
  readonly fails: readonly Manifest[];
}

/** An object, and what a rule rejects in it. */
export function evidence(fixture: Manifest, changes: Readonly<Record<string, unknown>>): Evidence {
  return evidenceAmong([fixture], changes);
}

/** The same where a rule looks at several objects; the change is in the first one. */
export function evidenceAmong(
  [first, ...others]: readonly [Manifest, ...Manifest[]],
  changes: Readonly<Record<string, unknown>>,
): Evidence {
  return { passes: [first, ...others], fails: [changed(first, changes), ...others] };
}
