import assert from "node:assert/strict";
import { parseUrn, urnOf } from "../../../cli/engine/urn";

describe("a URN", () => {
  const root = urnOf("dev", "p", "", "pulumi:pulumi:Stack", "p-dev");

  it("holds the types of all parents but the stack", () => {
    assert.equal(root, "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev");
    const outer = urnOf("dev", "p", root, "x:y:Outer", "outer");
    assert.equal(outer, "urn:pulumi:dev::p::x:y:Outer::outer");
    const inner = urnOf("dev", "p", outer, "x:y:Inner", "a::b");
    assert.equal(inner, "urn:pulumi:dev::p::x:y:Outer$x:y:Inner::a::b");
    assert.equal(urnOf("dev", "p", inner, "z", "c"), "urn:pulumi:dev::p::x:y:Outer$x:y:Inner$z::c");
  });

  it("is read back, names with its own delimiter included", () => {
    assert.deepEqual(parseUrn("urn:pulumi:dev::p::x:y:Outer$x:y:Inner::a::b"), {
      stack: "dev",
      project: "p",
      qualifiedType: "x:y:Outer$x:y:Inner",
      type: "x:y:Inner",
      name: "a::b",
    });
  });
});
