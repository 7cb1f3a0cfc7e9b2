import assert from "node:assert/strict";
import { check, type CheckArgs } from "../../../cli/scan/check";
import { PackConfig } from "../../../cli/policies/packConfig";
import { type ScannedObject } from "../../../cli/scan/objects";
import { type Rule, type RuleFacts, type StackRule, violation } from "../../../policy/rule";
import { ruleFacts } from "../../policy/support";

const facts: RuleFacts = {
  ...ruleFacts,
  name: "forbid-a",
  title: "A",
  enforcementLevel: "mandatory",
};
const object = (name: string): ScannedObject => ({
  manifest: { apiVersion: "v1", kind: "ConfigMap", metadata: { name } },
  file: `${name}.yaml`,
  lineOf: (path, textLine = 0) => path.length + textLine,
});
const checked = (rules: readonly (Rule | StackRule)[], more: Partial<CheckArgs> = {}) =>
  check({
    objects: [object("a"), object("b")],
    rules,
    config: new PackConfig(),
    environment: "prod",
    namespace: "default",
    today: "2026-06-30",
    ...more,
  }).findings.map(({ level, subject: { file, line, name }, message }) => [level, file, line, name, message]);

describe("the check of a scan", () => {
  it("is milder in dev where a rule says so, and nowhere else", () => {
    const rule: Rule = { ...facts, inDev: "advisory", check: () => [violation("", "wrong")] };
    const levels = (["dev", "staging", "prod"] as const).map((environment) => checked([rule], { environment })[0]?.[0]);
    assert.deepEqual(levels, ["advisory", "mandatory", "mandatory"]);
  });

  it("finds the place of a field, as far as it leads through the manifest", () => {
    const fields = ["", "spec", "spec.a[0]", 'data["a.b"]: c.d', "data.a line 7", "spec[*].a"];
    const rule: Rule = { ...facts, check: () => fields.map((field) => violation(field, field)) };
    assert.deepEqual(
      checked([rule], { objects: [object("a")] })
        .map(([, , line, , field]) => [field, line])
        .sort(),
      [
        ["", 0],
        ["data.a line 7", 9],
        ['data["a.b"]: c.d', 2],
        ["spec", 1],
        ["spec.a[0]", 3],
        ["spec[*].a", 1],
      ],
    );
  });

  it("takes whatever a rule throws for a violation", () => {
    const rule: Rule = {
      ...facts,
      check: () => {
        throw new TypeError("x is not a function");
      },
    };
    const message = "forbid-a can't check this object: x is not a function. What can't be checked is not let through.";
    assert.deepEqual(checked([rule]), [
      ["mandatory", "a.yaml", 0, "a", message],
      ["mandatory", "b.yaml", 0, "b", message],
    ]);
  });

  it("cuts what a rule quotes when it is too long to read", () => {
    const rule: Rule = { ...facts, check: () => [violation("", "x".repeat(5000))] };
    assert.equal(checked([rule], { objects: [object("a")] })[0]?.[4], `${"x".repeat(2000)}…`);
  });

  it("shows rules all objects together, each with its namespace, and finds them again", () => {
    const seen: string[] = [];
    const rule: StackRule = {
      ...facts,
      checkTogether: (members) => {
        seen.push(...members.map(({ namespace }) => namespace));
        return [
          { about: members[1], finding: violation("spec", "wrong") },
          { about: undefined, finding: violation("", "something is missing") },
        ];
      },
    };
    assert.deepEqual(checked([rule], { namespace: "apps" }), [
      ["mandatory", undefined, undefined, undefined, "something is missing"],
      ["mandatory", "b.yaml", 1, "b", "wrong"],
    ]);
    assert.deepEqual(seen, ["apps", "apps"]);
  });
});
