import { UnreadableText } from "../documents/unreadable";
import { cantCheck } from "./cantCheck";
import { type Manifest, UnexpectedShape } from "./manifest";
import { isNodeAgentsNeed } from "./nodeAgent";
import {
  type Finding,
  inspect,
  type Member,
  type Rule,
  type RuleContext,
  type RuleFacts,
  type StackContext,
  type StackFinding,
  type StackRule,
  violation,
} from "./rule";

/** Runs a rule so that nothing it does can let a manifest through: whatever it throws is a finding. */
export function run(rule: Rule, manifest: Manifest, context: RuleContext): Finding[] {
  return guarded(
    rule,
    () =>
      rule
        .check(manifest, context)
        .filter(({ kind, field }) => kind !== "violation" || !isNodeAgentsNeed(rule.name, manifest, field)),
    { confidential: () => holdsSecrets(manifest) },
  );
}

/** The same for a rule over all of them. */
export function runTogether(rule: StackRule, members: readonly Member[], context: StackContext): StackFinding[] {
  const found: StackFinding[] = [];
  const look = () => {
    found.push(...rule.checkTogether(members, context));
    return [];
  };
  const failed = guarded(rule, look, {
    what: "these objects together",
    confidential: () => members.some(({ manifest }) => holdsSecrets(manifest)),
  });
  return [...found, ...failed.map((finding) => ({ about: undefined, finding }))];
}

interface Circumstances {
  what?: string;
  /** Whether an error's message may quote a secret. Asked only when there is one. */
  confidential?: () => boolean;
}

/** The same for an adapter's own steps on the way to a rule. */
export function guarded(
  rule: Pick<RuleFacts, "name">,
  look: () => Finding[],
  { what = "this object", confidential = () => false }: Circumstances = {},
): Finding[] {
  try {
    return inspect(look);
  } catch (error) {
    const reason = confidential() ? reasonWithoutValues(error) : error instanceof Error ? error.message : String(error);
    return [violation("", cantCheck(rule.name, what, reason))];
  }
}

function holdsSecrets({ kind }: Manifest): boolean {
  return kind === "Secret";
}

/** JavaScript's own errors quote what they stumbled over; those of the readers name the place. */
function reasonWithoutValues(error: unknown): string {
  if (error instanceof UnexpectedShape) return error.outline;
  if (error instanceof UnreadableText) return error.message;
  return error instanceof Error ? `the error ${error.name}` : "an error without a name";
}
