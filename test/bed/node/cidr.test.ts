import assert from "node:assert/strict";
import fc from "fast-check";
import { without } from "../../../bed/node/network/cidr";

describe("A block without some blocks in it", () => {
  it("is itself when nothing is taken out, or only what lies elsewhere", () => {
    assert.deepEqual(without("10.0.0.0/8", []), ["10.0.0.0/8"]);
    assert.deepEqual(without("10.0.0.0/8", ["192.168.0.0/16"]), ["10.0.0.0/8"]);
  });

  it("is nothing when all of it is taken out", () => {
    assert.deepEqual(without("10.1.0.0/16", ["10.0.0.0/8"]), []);
    assert.deepEqual(without("10.1.0.0/16", ["10.1.0.0/17", "10.1.128.0/17"]), []);
  });

  it("leaves out one address and keeps its neighbours", () => {
    assert.deepEqual(without("10.0.0.0/30", ["10.0.0.1/32"]), ["10.0.0.0/32", "10.0.0.2/31"]);
  });

  it("starts at the block's first address, whichever of its addresses it is written with", () => {
    assert.deepEqual(without("10.0.1.0/22", ["10.0.0.0/31"]), without("10.0.0.0/22", ["10.0.0.1/31"]));
    assert.deepEqual(without("10.0.0.3/30", ["10.0.0.1/32"]), ["10.0.0.0/32", "10.0.0.2/31"]);
  });

  it("keeps exactly the addresses that are in the block and in no hole", () => {
    const block = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 22, max: 32 }))
      .map(([third, length]) => `10.0.${third}.0/${length}`);
    fc.assert(
      fc.property(block, fc.array(block, { maxLength: 3 }), fc.integer({ min: 0, max: 65535 }), (outer, holes, low) => {
        const address = 10 * 2 ** 24 + low;
        const wanted = isIn(outer, address) && !holes.some((hole) => isIn(hole, address));
        assert.equal(without(outer, holes).filter((part) => isIn(part, address)).length, wanted ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused when it is no block", () => {
    assert.throws(() => without("10.0.0/8", ["10.0.0.0/9"]), /10\.0\.0\/8 is not an IPv4 block/);
    assert.throws(() => without("10.0.0.0/8", ["10.0.0.0/33"]), /10\.0\.0\.0\/33 is not an IPv4 block/);
  });
});

/** Asked bit by bit, unlike the code under test. */
function isIn(cidr: string, address: number): boolean {
  const [base = "", length = ""] = cidr.split("/");
  const bits = (value: number): string => value.toString(2).padStart(32, "0").slice(0, Number(length));
  return bits(base.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0)) === bits(address);
}
