import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as library from "../../library/index";
import * as policy from "../../library/policy";

const components = join(__dirname, "../../components");

describe("the library", () => {
  it("exports every component", () => {
    const classes = readdirSync(components)
      .filter((file) => file.endsWith(".ts"))
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- whatever is in the folder
      .flatMap((file) => Object.entries(require(join(components, file)) as Record<string, unknown>))
      .filter(([, value]) => typeof value === "function" && value.prototype instanceof pulumi.ComponentResource);
    assert(classes.length > 15);
    assert.deepEqual(
      classes.filter(([name, value]) => (library as Record<string, unknown>)[name] !== value).map(([name]) => name),
      [],
    );
  });

  it("exports the rules of the policy pack, without starting a pack", () => {
    assert.deepEqual(
      policy.crossguardPolicies(policy.rules).map(({ name }) => name),
      [...policy.rules.map(({ name }) => name), "require-current-exemptions", "forbid-unused-exemptions"],
    );
  });
});
