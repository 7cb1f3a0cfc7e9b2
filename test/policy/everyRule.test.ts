import assert from "node:assert/strict";
import { stringify } from "yaml";
import { check } from "../../cli/scan/check";
import { PackConfig } from "../../cli/policies/packConfig";
import { objectsIn } from "../../cli/scan/objects";
import { readText } from "../../cli/scan/text";
import { type Manifest } from "../../policy/manifest";
import { rules, stackRules } from "../../policy/pack";
import { type Rule, type StackRule } from "../../policy/rule";
import { type Evidence } from "./everyRule/evidence";
import { deployed } from "./everyRule/deployed";
import { everyEvidence } from "./everyRule/all";

const all: readonly (Rule | StackRule)[] = [...rules, ...stackRules];

/** What the scan says of the same objects as a file of YAML. */
function scanned(rule: Rule | StackRule, manifests: readonly Manifest[]): string[] {
  const text = manifests.map((manifest) => stringify(manifest)).join("---\n");
  const { documents, unreadable } = readText("objects.yaml", Buffer.from(text));
  assert.deepEqual(unreadable, []);
  const { findings } = check({
    objects: documents.flatMap((document) => objectsIn("objects.yaml", document).objects),
    rules: [rule],
    config: new PackConfig(),
    environment: "prod",
    namespace: "default",
    today: "2026-06-30",
  });
  return findings.filter((finding) => finding.rule === rule.name).map(({ message }) => message);
}

/** Evidence that is missing is a failure of the rule's own test, and not of all of them. */
function evidenceOf(rule: Rule | StackRule): Evidence {
  const found = everyEvidence[rule.name];
  assert.ok(found, `test/policy/everyRule has no objects for ${rule.name}`);
  return found;
}

describe("every rule of the pack", () => {
  it("has evidence, and there is none for a rule that isn't there", () => {
    assert.deepEqual(Object.keys(everyEvidence).sort(), all.map(({ name }) => name).sort());
  });

  for (const rule of all) {
    it(`${rule.name} lets pass what is right, deployed and scanned`, () => {
      const { passes } = evidenceOf(rule);
      assert.deepEqual(deployed(rule, passes), []);
      assert.deepEqual(scanned(rule, passes), []);
    });

    it(`${rule.name} rejects what is wrong, deployed and scanned, with the same words`, () => {
      const { fails } = evidenceOf(rule);
      const messages = deployed(rule, fails);
      assert.notDeepEqual(messages, []);
      // A rule that stumbled over the objects would reject them, too.
      for (const message of messages) assert.doesNotMatch(message, /can't check|^not checked/);
      assert.deepEqual(scanned(rule, fails).sort(), messages.sort());
    });
  }
});
