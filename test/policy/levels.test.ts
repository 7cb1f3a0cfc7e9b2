import assert from "node:assert/strict";
import { environments, environmentOfStack, levelIn } from "../../policy/levels";

describe("a rule's level", () => {
  it("is its own everywhere", () => {
    for (const enforcementLevel of ["mandatory", "advisory"] as const) {
      assert.deepEqual(
        environments.map((environment) => levelIn(environment, { enforcementLevel })),
        [enforcementLevel, enforcementLevel, enforcementLevel],
      );
    }
  });

  it("is advisory in dev alone where the rule says so", () => {
    assert.deepEqual(
      environments.map((environment) => levelIn(environment, { enforcementLevel: "mandatory", inDev: "advisory" })),
      ["advisory", "mandatory", "mandatory"],
    );
  });
});

describe("a stack's environment", () => {
  for (const [stack, setting, environment] of [
    ["dev", undefined, "dev"],
    ["staging", undefined, "staging"],
    ["prod", undefined, "prod"],
    ["prod", "dev", "dev"],
    ["dev", "prod", "prod"],
    // The strictest, whatever it is.
    ["dev-of-somebody", undefined, "prod"],
    ["dev", "Dev", "prod"],
    ["dev", "", "prod"],
    ["", undefined, "prod"],
  ] as const) {
    it(`is ${environment} for ${stack || "none"}${setting === undefined ? "" : ` with environment "${setting}"`}`, () => {
      assert.equal(environmentOfStack(stack, setting), environment);
    });
  }
});
