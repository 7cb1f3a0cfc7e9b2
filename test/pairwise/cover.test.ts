import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { cover, type Dimensions, type Pair, pairsIn, pairsOf, spelled } from "./cover";

const browsers: Dimensions = { tls: ["a", "b", "c"], machines: ["d", "e", "f"], stack: ["g", "h"] };
const texts = (pairs: readonly Pair[]) => pairs.map(spelled).sort();
const covered = (combinations: ReturnType<typeof cover>) => [...new Set(texts(combinations.flatMap(pairsIn)))].sort();

describe("the pairs of dimensions", () => {
  it("are the products of every two", () => {
    assert.deepEqual(texts(pairsOf({ x: ["1", "2"], y: ["3"], z: ["4"] })), [
      "x: 1, y: 3",
      "x: 1, z: 4",
      "x: 2, y: 3",
      "x: 2, z: 4",
      "y: 3, z: 4",
    ]);
    assert.equal(pairsOf(browsers).length, 3 * 3 + 3 * 2 + 3 * 2);
  });

  it("have one spelling, whichever choice is named first", () => {
    assert.equal(
      spelled([
        ["b", "1"],
        ["a", "2"],
      ]),
      spelled([
        ["a", "2"],
        ["b", "1"],
      ]),
    );
  });
});

describe("a cover", () => {
  it("has every pair, in as few combinations as the two largest dimensions need", () => {
    const combinations = cover(browsers);
    assert.deepEqual(covered(combinations), texts(pairsOf(browsers)));
    assert.equal(combinations.length, 9);
  });

  it("gives every combination one value of each dimension", () => {
    for (const combination of cover(browsers)) {
      assert.deepEqual(Object.keys(combination), Object.keys(browsers));
      for (const [name, value] of Object.entries(combination)) {
        assert(browsers[name]?.includes(value));
      }
    }
  });

  it("never has a pair that is ruled out, and has all others", () => {
    const ruledOut: Pair[] = [
      [
        ["stack", "g"],
        ["tls", "a"],
      ],
      [
        ["machines", "d"],
        ["tls", "b"],
      ],
    ];
    assert.deepEqual(
      covered(cover(browsers, ruledOut)),
      texts(pairsOf(browsers)).filter((text) => !texts(ruledOut).includes(text)),
    );
  });

  it("goes back where the best value leaves a later dimension none", () => {
    // b: 1 adds as much as b: 2, comes first, and then c has no value left.
    const ruledOut: Pair[] = [
      [
        ["b", "1"],
        ["c", "1"],
      ],
      [
        ["a", "1"],
        ["c", "2"],
      ],
      [
        ["a", "1"],
        ["b", "1"],
      ],
    ];
    const combinations = cover({ a: ["1", "2"], b: ["1", "2"], c: ["1", "2"] }, ruledOut);
    assert(combinations.some(({ a, b, c }) => a === "1" && b === "2" && c === "1"));
  });

  it("says which pair no combination can have", () => {
    const ruledOut: Pair[] = [
      [
        ["a", "1"],
        ["c", "1"],
      ],
      [
        ["b", "1"],
        ["c", "2"],
      ],
    ];
    assert.throws(
      () => cover({ a: ["1", "2"], b: ["1", "2"], c: ["1", "2"] }, ruledOut),
      /no combination has a: 1, b: 1:/,
    );
  });

  it("covers whatever dimensions there are, and always in the same way", () => {
    const dimension = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(dimension, { minLength: 2, maxLength: 5 }), (values) => {
        const dimensions = Object.fromEntries(values.map((some, index) => [`dimension ${index}`, some]));
        const combinations = cover(dimensions);
        assert.deepEqual(covered(combinations), texts(pairsOf(dimensions)));
        assert.deepEqual(combinations, cover(dimensions));
        const [most = 0, second = 0] = values.map(({ length }) => length).sort((a, b) => b - a);
        assert(combinations.length >= most * second && combinations.length <= pairsOf(dimensions).length);
      }),
      { numRuns: 100 },
    );
  });
});
