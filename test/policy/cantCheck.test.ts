import assert from "node:assert/strict";
import { cantCheck, reasonOf } from "../../policy/cantCheck";

describe("the reason why a rule can't check something", () => {
  const message = cantCheck("forbid-a", "this object", "data: a list. It is none");

  it("is found in the message", () => {
    assert.equal(reasonOf("forbid-a", message), "data: a list. It is none");
  });

  it("is found in front of what an exemption adds", () => {
    assert.equal(reasonOf("forbid-a", `${message} Its exemption ended on 2026-01-31.`), "data: a list. It is none");
  });

  for (const [what, rule, text] of [
    ["another rule's message", "forbid-b", message],
    ["a violation", "forbid-a", "data is wrong. What can't be checked is not let through."],
    ["a message that was cut", "forbid-a", message.slice(0, -10)],
  ] as const) {
    it(`isn't found in ${what}`, () => assert.equal(reasonOf(rule, text), undefined));
  }
});
