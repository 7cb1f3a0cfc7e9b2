import assert from "node:assert/strict";
import { showPath } from "../../../../cli/manifests/path";
import { fill, readPath } from "../../../../bed/platform/values/path";

describe("the place of a value that was left out", () => {
  it("is read as it was written", () => {
    for (const path of [
      ["stringData", "tls.crt"],
      ["spec", "rules", 0, "host"],
      ["a-b", 'x"]y', "c"],
      ["data", "1"],
    ]) {
      assert.deepEqual(readPath(showPath(path)), path);
    }
    assert.throws(() => readPath("a b"), /is no path/);
  });

  it("gets its value, with the mappings on the way, and lists get their items back in order", () => {
    const object: Record<string, unknown> = { stringData: { a: "1" }, list: ["b"] };
    fill(object, ["stringData", "tls.crt"], "pem");
    fill(object, ["new", "deep"], 1);
    fill(object, ["list", 0], "a");
    fill(object, ["list", 2], "c");
    assert.deepEqual(object, { stringData: { a: "1", "tls.crt": "pem" }, list: ["a", "b", "c"], new: { deep: 1 } });
    assert.throws(() => fill(object, ["list", 9], "x"), /no place 9/);
  });
});
