import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { type Faults } from "./gateway";
import { runAgainst } from "./run";

/** A deployment that does something wrong, and what the check must say of it. */
export type Case = [what: string, faults: Faults, says: RegExp[]];

/** Tests of a check: silent at a right deployment, and heard at each wrong one. */
export function passesAndFails(check: Check, least: number, cases: readonly Case[]): void {
  it("passes where everything is right, and says what it tried", async () => {
    const { faults, right } = await runAgainst(check);
    assert.deepEqual(faults, []);
    assert(right.length >= least, `${right.length} things were tried`);
  });

  for (const [what, faults, says] of cases) {
    it(`fails where ${what}`, async () => {
      const { faults: said } = await runAgainst(check, faults);
      for (const expected of says) {
        assert(
          said.some((text) => expected.test(text)),
          `it said nothing like ${String(expected)}, but ${said.join("\n")}`,
        );
      }
      assert.doesNotMatch(said.join(), /eyJ[\w-]{20}|client-secret|the-password|Secure-gatehouse=[\w-]{20}/);
    });
  }
}
