import assert from "node:assert/strict";
import { settingPath, withSetting } from "../../../bed/platform/settingPath";

describe("a setting of the bed by its path", () => {
  it("is read as Pulumi's --path reads it", () => {
    assert.deepEqual(settingPath("sessions.refresh"), ["sessions", "refresh"]);
    assert.deepEqual(settingPath("identity.connectors[1].clientId"), ["identity", "connectors", 1, "clientId"]);
    for (const wrong of ["", ".", "[0]", "a..b", "a.", "a[x]", "a b", "a[0"]) {
      assert.throws(() => settingPath(wrong), /cannot be set/, wrong);
    }
  });

  it("changes one place and leaves the rest", () => {
    const before = { a: { b: 1 }, c: [{ d: 1 }, { d: 2 }] };
    assert.deepEqual(withSetting(before, ["a", "e"], 3), { a: { b: 1, e: 3 }, c: before.c });
    assert.deepEqual(withSetting(before, ["c", 1, "d"], 9), { a: before.a, c: [{ d: 1 }, { d: 9 }] });
    assert.deepEqual(withSetting(undefined, ["x", 0, "y"], 1), { x: [{ y: 1 }] });
    assert.deepEqual(before.c[1], { d: 2 });
    assert.throws(() => withSetting([1], [2], 0), /1 items/);
  });
});
