import assert from "node:assert/strict";
import { contains, isEverywhere, isOneAddress } from "../../../policy/readers/addresses";

describe("the reader of addresses", () => {
  it("tells whether a range has an address", () => {
    assert.equal(contains("10.0.0.0/8", "10.1.2.3"), true);
    assert.equal(contains("10.0.0.0/8", "11.1.2.3"), false);
    assert.equal(contains("::/0", "10.1.2.3"), false);
    assert.equal(contains("fd00::/8", "fd00:ec2::254"), true);
  });

  it("takes a range that it can't read for everything", () => {
    for (const cidr of ["", "10.0.0.0", "everywhere", 1, undefined, null]) {
      assert.equal(contains(cidr, "10.1.2.3"), true);
      assert.equal(isEverywhere(cidr), true);
      assert.equal(isOneAddress(cidr), false);
    }
  });

  it("knows one address and all of them", () => {
    assert.equal(isOneAddress("10.0.0.1/32"), true);
    assert.equal(isOneAddress("fd00::1/128"), true);
    assert.equal(isOneAddress("fd00::1/32"), false);
    assert.equal(isEverywhere("0.0.0.0/0"), true);
    assert.equal(isEverywhere("::/0"), true);
    assert.equal(isEverywhere("10.0.0.0/8"), false);
    assert.equal(isEverywhere("fc00::/7"), false);
  });

  it("takes a half of all addresses for all of them", () => {
    assert.equal(isEverywhere("0.0.0.0/1"), true);
    assert.equal(isEverywhere("8000::/1"), true);
  });
});
