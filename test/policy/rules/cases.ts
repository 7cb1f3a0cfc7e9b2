import assert from "node:assert/strict";
import { type Manifest } from "../../../policy/manifest";
import { type Rule, type StackRule } from "../../../policy/rule";
import { changed, messages, together } from "../support";

/** A sentence, what is changed in the compliant fixture, and what the rule says about that. */
export type Case = readonly [sentence: string, changes: Readonly<Record<string, unknown>>, said: readonly string[]];

/** The compliant fixture, and one test for each change of it. */
export function cases(rule: Rule, fixture: Manifest, changes: readonly Case[]): void {
  it(`lets the ${fixture.kind} pass as it should be`, () => assert.deepEqual(messages(rule, fixture), []));
  for (const [sentence, change, said] of changes) {
    it(sentence, () => assert.deepEqual(messages(rule, changed(fixture, change)), said));
  }
}

/** A sentence, what is changed in which of the fixtures (`undefined` leaves it out), and what the rule says about which. */
export type TogetherCase = readonly [
  sentence: string,
  changes: Readonly<Record<number, Readonly<Record<string, unknown>> | undefined>>,
  said: readonly (readonly [at: number, message: string])[],
];

/** The same for a rule over several objects. */
export function casesTogether(rule: StackRule, fixtures: readonly Manifest[], changes: readonly TogetherCase[]): void {
  it("lets the objects pass as they should be", () => assert.deepEqual(together(rule, fixtures), []));
  for (const [sentence, change, said] of changes) {
    it(sentence, () => {
      const manifests = fixtures.flatMap((fixture, index) => {
        if (!Object.hasOwn(change, index)) return [fixture];
        const own = change[index];
        return own === undefined ? [] : [changed(fixture, own)];
      });
      assert.deepEqual(together(rule, manifests), said);
    });
  }
}
