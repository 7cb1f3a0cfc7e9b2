import assert from "node:assert/strict";
import { version as projectVersion } from "../../package.json";
import { rules, stackRules } from "../../policy/pack";
import { version as packVersion } from "../../policy/package.json";
import { type RuleFacts } from "../../policy/rule";
import { pinnedRules, pinnedStackRules } from "./pinned";

const all: readonly RuleFacts[] = [...rules, ...stackRules];
const pins = (some: readonly RuleFacts[]) =>
  some.map(({ name, enforcementLevel, inDev, severity, framework }) => [
    name,
    `${enforcementLevel}${inDev === undefined ? "" : `, ${inDev} in dev`}`,
    severity,
    framework.reference,
  ]);

describe("the pack", () => {
  it("holds these rules over one object, at these levels and severities, in this order", () => {
    assert.deepEqual(pins(rules), pinnedRules);
  });

  it("holds these rules over all objects together", () => {
    assert.deepEqual(pins(stackRules), pinnedStackRules);
  });

  it("has the project's version", () => {
    assert.equal(packVersion, projectVersion);
  });

  for (const { name, title, why, mend, references, framework } of all) {
    describe(name, () => {
      it("has a kebab-case name that starts with a verb", () => {
        assert.match(name, /^(forbid|require|limit)(-[a-z0-9]+)+$/);
      });

      it("says in sentences why it exists and how to mend a violation", () => {
        for (const text of [why, mend]) assert.match(text, /^[A-Z].{20,}\.$/);
        assert.match(title, /^[A-Z][^.]{5,60}$/);
      });

      it("names its sources, its framework's among them", () => {
        assert.ok(references.some(({ id }) => id === framework.reference));
        for (const { id, url, about } of references) {
          assert.match(url, /^https:\/\//, id);
          assert.match(about, /^\S.{8,}[^.]$/, id);
        }
      });
    });
  }

  it("names each rule once", () => {
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  });
});
