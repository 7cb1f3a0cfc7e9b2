import assert from "node:assert/strict";
import { everyCheck } from "../../../acceptance/everyCheck";
import { select } from "../../../acceptance/select";
import { titleOf } from "../../../acceptance/verification";
import { besides } from "../../../bed/beside/beside";
import { checksOf } from "../../../bed/e2e/mode";
import { modes } from "../../../bed/e2e/modes";
import { everyMutation } from "../../../bed/mutations/everyMutation";
import { settingsOf } from "./modeSettings";

describe("The modes of the end-to-end run", () => {
  it("have names of their own, in kebab case, and a reason for the checks that they run", () => {
    const names = modes.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, why } of modes) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.match(why, /^[A-Z].{30,}\.$/);
    }
  });

  it("run every check of the suite in at least one of them", () => {
    const run = new Set(modes.flatMap((mode) => checksOf(mode).map(titleOf)));
    assert.deepEqual(
      everyCheck.map(titleOf).filter((title) => !run.has(title)),
      [],
    );
  });

  for (const mode of modes) {
    it(`"${mode.name}" names checks that exist, and something of its own beside settings that are right`, () => {
      assert.deepEqual(select(everyCheck, mode.only ?? [], mode.skip ?? []).unknown, []);
      assert.ok(checksOf(mode).length > 0);
      (mode.beside ?? []).forEach((name) => assert.ok(besides.includes(name)));
      assert.equal(settingsOf(mode).environment, "dev");
    });
  }

  it("are known to every mutation that belongs to some of them", () => {
    for (const { name, modes: own = [], noticedBy } of everyMutation) {
      for (const wanted of own) {
        const mode = modes.find((each) => each.name === wanted) ?? assert.fail(`${name}: no mode ${wanted}`);
        const titles = checksOf(mode).map(titleOf);
        assert.ok(
          noticedBy.some((title) => titles.includes(title)),
          `${name} in ${wanted}`,
        );
      }
    }
  });
});
