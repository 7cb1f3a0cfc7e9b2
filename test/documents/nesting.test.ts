import assert from "node:assert/strict";
import { nestsTooDeep } from "../../documents/nesting";
import { readYaml } from "../../documents/yaml";

describe("a text's nesting", () => {
  for (const [what, text] of [
    ["brackets", "[".repeat(20_000)],
    ["braces with keys", '{"a": '.repeat(20_000)],
    ["brackets over lines", "a:\n  [\n".concat("  [\n".repeat(600))],
    ["dashes in a line", `${"- ".repeat(20_000)}a`],
    ["indentation", Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
  ] as const) {
    it(`is too deep with ${what}`, () => {
      assert.equal(nestsTooDeep(text), true);
      assert.throws(() => readYaml(text), {
        name: "UnreadableText",
        message: "not readable as YAML: nested too deeply",
      });
    });
  }

  for (const [what, text] of [
    ["a configuration", "a:\n  - b: [1, {c: d}]\n    e:\n      - - f\n"],
    ["prose with half-open intervals", "a: between [0, 1) and {0, 1)\n".repeat(2_000)],
    ["a list of many brackets, one after another", "- [[a]]\n".repeat(2_000)],
    ["many lines that begin with a bracket", "- [a,\n   b]\n".repeat(2_000)],
    ["a rule of dashes", `${"- ".repeat(60)}\n`],
    ["many documents", "---\na: [\n".repeat(2_000)],
  ] as const) {
    it(`is not with ${what}`, () => assert.equal(nestsTooDeep(text), false));
  }
});
