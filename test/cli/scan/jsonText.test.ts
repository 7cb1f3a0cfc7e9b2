import fc from "fast-check";
import assert from "node:assert/strict";
import { readJson } from "../../../cli/scan/jsonText";

const values = (text: string): unknown[] => readJson(text).documents.map(({ value }) => value);
const parsed = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

describe("the reader of JSON", () => {
  it("reads every value as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(readJson(text).unreadable, []);
        assert.deepEqual(values(text), [JSON.parse(text)]);
      }),
    );
  });

  it("takes no text for one value that JSON.parse refuses", () => {
    const signs = fc.constantFrom(...'{}[],:"\\ \n01.-eEtrufalsn', "true", "null", '"a"', "\\u00", "\t", "\u0007");
    fc.assert(
      fc.property(fc.string({ unit: signs, maxLength: 12 }), (text) => {
        const expected = parsed(text);
        const { documents, unreadable } = readJson(text);
        // A key that stands twice is the one thing that only JSON.parse takes.
        if (unreadable[0]?.reason.endsWith("a key stands twice") === true) return;
        const single = unreadable.length === 0 && documents.length === 1;
        assert.equal(single, expected !== undefined, JSON.stringify(text));
        if (expected) assert.deepEqual(documents[0]?.value, expected.value);
      }),
      { numRuns: 2000 },
    );
  });

  it("tells the line of every key and item, and of the nearest part around what isn't there", () => {
    const [document] = readJson('\n{\n  "a": [\n    1,\n    { "b":\n      2 }\n  ]\n}\n').documents;
    const lines = [[], ["a"], ["a", 0], ["a", 1], ["a", 1, "b"], ["a", 1, "c"], ["a", 7], ["toString"], ["d", "e"]];
    assert.deepEqual(
      lines.map((path) => document?.lineOf(path)),
      [2, 3, 4, 5, 5, 5, 3, 2, 2],
    );
  });

  it("makes __proto__ a key like any other", () => {
    const [value] = values('{"__proto__": {"a": 1}}') as [object];
    assert.deepEqual(Object.keys(value), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it("quotes nothing of what it can't read", () => {
    for (const text of ['"hunter2', '{"hunter2" 1}', "hunter2", '{"a": "hunter2\u0001"}', '["hunter2" "b"]']) {
      const [{ reason } = { reason: "" }] = readJson(text).unreadable;
      assert.match(reason, /^not readable as JSON: /);
      assert.ok(!reason.includes("hunter2"), reason);
    }
  });
});
