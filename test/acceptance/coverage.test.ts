import assert from "node:assert/strict";
import { areas } from "../../acceptance/check";
import { everyCheck } from "../../acceptance/everyCheck";
import { knownNeeds } from "../../acceptance/needs";
import { timeoutOf, titleOf } from "../../acceptance/verification";

const components = [
  "gateway",
  "oauth2-proxy",
  "Dex",
  "istiod",
  "sidecar",
  "cert-manager",
  "NetworkPolicy",
  "API server",
  "browser",
];

describe("the acceptance suite", () => {
  it("has a check in every area, in the areas' order", () => {
    const order = everyCheck.map(({ area }) => area);
    assert.deepEqual([...new Set(order)], [...areas]);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => areas.indexOf(a) - areas.indexOf(b)),
    );
  });

  it("names every check once, in kebab case", () => {
    const titles = everyCheck.map(titleOf);
    assert.deepEqual([...new Set(titles)], titles);
    for (const title of titles) {
      assert.match(title, /^[a-z-]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
    }
  });

  for (const check of everyCheck) {
    it(`says what ${titleOf(check)} proves, on what, and how to mend it`, () => {
      const { proves, mend, exercises, needs } = check;
      assert.match(proves, /^[A-Z0-9`/][^\n]{18,}\.$/);
      assert.match(mend, /^\S.{19,}[.?]$/);
      assert.ok(exercises.length > 0, "it exercises nothing");
      assert.deepEqual(
        exercises.filter((component) => !components.includes(component)),
        [],
      );
      assert.deepEqual(
        needs.filter((need) => !knownNeeds.includes(need)),
        [],
      );
      assert.equal(new Set(needs).size, needs.length);
      const seconds = timeoutOf(check);
      assert.ok(seconds > 0 && seconds <= 7200, `${seconds} s`);
      // Whoever may disturb something has to be able to see and to restore it.
      assert.ok(!needs.includes("disturb") || needs.includes("cluster"), "disturb without cluster");
    });
  }
});
