import assert from "node:assert/strict";
import fc from "fast-check";
import { fit, styleFor, wrap, wrapItems } from "../../../cli/formats/style";

describe("a report's style", () => {
  it("has colours on a terminal only, and not when NO_COLOR says so", () => {
    const coloured = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv) =>
      styleFor(stream, env).colors.red("x") !== "x";
    assert.equal(coloured({ isTTY: true }, {}), true);
    assert.equal(coloured({}, {}), false);
    assert.equal(coloured({ isTTY: true }, { NO_COLOR: "1" }), false);
    assert.equal(coloured({ isTTY: true }, { TERM: "dumb" }), false);
  });

  it("loses no word and makes no line too long, where the words allow it", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), (words) => {
        const lines = wrap(words.join(" "), 20);
        assert.deepEqual(lines.join(" ").split(" ").filter(Boolean), words);
        assert.ok(lines.every((line) => line.length <= 20));
      }),
    );
  });

  it("breaks a list between its items only", () => {
    assert.deepEqual(wrapItems(["Secret a/b", "Secret c/d", "Secret e/f"], 24), [
      "Secret a/b, Secret c/d,",
      "Secret e/f",
    ]);
    assert.deepEqual(wrapItems([], 24), []);
  });

  it("shows as many items as fit, and counts the others", () => {
    assert.equal(fit(["a", "b", "c"], 20), "a, b, c");
    assert.equal(fit(["aaaa", "bbbb", "cccc", "dddd"], 15), "aaaa, bbbb, +2");
    assert.equal(fit(["a-very-long-name", "b"], 5), "a-very-long-name, +1");
    assert.equal(fit([], 5), "");
  });
});
