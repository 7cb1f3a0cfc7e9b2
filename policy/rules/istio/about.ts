import { type Finding, inspect, isUnknownValue, type Member, type StackFinding } from "../../rule";

/** Looks at one of several objects; a value of it that is unknown at preview hides none of the others. */
export function about(member: Member, look: () => Finding[]): StackFinding[] {
  return inspect(look).map((finding) => ({ about: member, finding }));
}

/** Whether something is so; what is unknown at preview may be. */
export function mayBe(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return true;
  }
}
