import { type Finding, type Member, type RuleFacts, type StackFinding } from "../rule";
import { guarded } from "../run";

/** Looks at each object by itself; one that can't be read hides none of the others. */
export function eachMember(
  rule: Pick<RuleFacts, "name">,
  members: readonly Member[],
  look: (member: Member) => Finding[],
): StackFinding[] {
  return members.flatMap((member) => guarded(rule, () => look(member)).map((finding) => ({ about: member, finding })));
}
