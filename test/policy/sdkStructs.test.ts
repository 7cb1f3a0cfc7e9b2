import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import { keepStructs } from "../../policy/sdkStructs";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK keeps it out of its type declarations
const { deserializeProperties } = require("@pulumi/policy/deserialize") as {
  deserializeProperties: (struct: Struct, proxySecrets: boolean) => Record<string, unknown>;
};

describe("what the SDK makes of a resource's properties", () => {
  const original = Object.getOwnPropertyDescriptor(Struct.prototype, "toJavaScript") as PropertyDescriptor;
  before(keepStructs);
  after(() => Object.defineProperty(Struct.prototype, "toJavaScript", original));

  const tree = { a: { b: [{ c: 1 }, "d", null, true] }, e: "" };

  it("is made once", () => {
    const struct = Struct.fromJavaScript(tree);
    assert.equal(struct.toJavaScript(), struct.toJavaScript());
  });

  it("is what the Struct holds, and another's for another Struct", () => {
    assert.deepEqual(Struct.fromJavaScript(tree).toJavaScript(), tree);
    assert.deepEqual(Struct.fromJavaScript({ a: 1 }).toJavaScript(), { a: 1 });
  });

  it("is each policy's own, so that none sees what another writes", () => {
    const struct = Struct.fromJavaScript(tree);
    const first = deserializeProperties(struct, false);
    (first["a"] as { b: unknown[] }).b.push("more");
    assert.deepEqual(deserializeProperties(struct, false), tree);
  });
});
