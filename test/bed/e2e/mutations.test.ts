import assert from "node:assert/strict";
import { everyCheck } from "../../../acceptance/everyCheck";
import { titleOf } from "../../../acceptance/verification";
import { type LiveObject } from "../../../bed/mutations/mutation";
import { everyMutation } from "../../../bed/mutations/everyMutation";
import { recordEverything } from "../../program/record";

describe("The mutations", () => {
  const checks = new Set(everyCheck.map((check) => titleOf(check)));

  it("have names of their own, in kebab case", () => {
    const names = everyMutation.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    names.forEach((name) => assert.match(name, /^[a-z]+(-[a-z]+)*$/));
    assert.ok(names.length >= 13);
  });

  for (const { name, object, change, noticedBy, breaks } of everyMutation) {
    it(`"${name}" names checks that exist, and changes an object of the platform`, async () => {
      assert.ok(noticedBy.length > 0);
      noticedBy.forEach((check) => assert.ok(checks.has(check), `${check} is not a check`));
      assert.match(breaks, /^[A-Z].+\.$/);
      const { objects } = await recordEverything();
      const found = objects
        .map(({ manifest }) => manifest as unknown as LiveObject)
        .find(({ kind, metadata }) => kind === object.kind && metadata.name === object.name);
      assert.ok(found, `${object.kind} ${object.name} is not part of the platform`);
      const before = structuredClone(found);
      assert.notDeepEqual(change(found), before);
      assert.deepEqual(found, before, "the original may not change: it is put back later");
    });
  }
});
