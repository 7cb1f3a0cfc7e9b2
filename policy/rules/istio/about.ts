import { nameOf } from "../../manifest";
import { type Finding, inspect, type Member, type StackFinding, violation } from "../../rule";

/**
 * Looks at one of several objects. A value of it that is unknown at preview, or a shape that nobody can read, is told about
 * that object and hides none of the others.
 */
export function about(member: Member, look: () => Finding[]): StackFinding[] {
  return findingsOf(member, look).map((finding) => ({ about: member, finding }));
}

function findingsOf({ manifest }: Member, look: () => Finding[]): Finding[] {
  try {
    return inspect(look);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = `The ${manifest.kind} ${JSON.stringify(nameOf(manifest))}`;
    return [violation("", `${what} can't be checked: ${reason}. What can't be checked is not let through.`)];
  }
}

/** Whether something is so; what is unknown at preview may be, and so may what can't be read, which is told elsewhere. */
export function mayBe(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return true;
  }
}
