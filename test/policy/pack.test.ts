import assert from "node:assert/strict";
import { version as projectVersion } from "../../package.json";
import { rules } from "../../policy/pack";
import { version as packVersion } from "../../policy/package.json";

describe("the pack", () => {
  it("holds these rules, at these levels and severities", () => {
    assert.deepEqual(
      rules.map(({ name, enforcementLevel, severity, framework }) => [
        name,
        enforcementLevel,
        severity,
        framework.reference,
      ]),
      [
        ["forbid-skip-verify", "mandatory", "critical", "CWE-295"],
        ["forbid-cluster-wide-request-authentication", "mandatory", "high", "CWE-1220"],
      ],
    );
  });

  it("has the project's version", () => {
    assert.equal(packVersion, projectVersion);
  });

  for (const { name, title, why, mend, references, framework } of rules) {
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
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  });
});
