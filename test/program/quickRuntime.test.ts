import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be a copy, which nothing can be put into
import debuggable = require("@pulumi/pulumi/runtime/debuggable");
import { overTheWire, quicken } from "./quickRuntime";

const values: Record<string, JavaScriptValue> = {
  text: "text",
  "": "",
  list: [1, 0.5, "two", null, [], [true, { z: 1, a: 2 }]],
  nested: { z: { b: false, a: {} }, a: null, "10": "ten", "9": "nine" },
};

describe("the quickened runtime", () => {
  it("hands values on as a message does, with the keys in the same order", () => {
    const message = Struct.fromJavaScript(values).toJavaScript();
    const release = quicken();
    const plain = Struct.fromJavaScript(values).toJavaScript();
    release();
    assert.deepEqual(plain, message);
    assert.equal(JSON.stringify(plain), JSON.stringify(message));
    assert.notEqual(plain.nested, values.nested);
  });

  for (const [name, value] of Object.entries({
    "nothing at all": undefined,
    "a function": () => undefined,
    "a symbol": Symbol("one"),
  })) {
    it(`refuses ${name}, as a message does`, () => {
      assert.throws(() => Struct.fromJavaScript({ list: [value as never] }), /Unexpected struct type/);
      assert.throws(() => overTheWire({ list: [value] }), /no message can hold/);
    });
  }

  it("leaves everything as it was", () => {
    const parts = (): unknown[] => [
      Reflect.get(Struct, "fromJavaScript"),
      Reflect.get(pulumi.Resource, "callsites"),
      Reflect.get(debuggable, "debuggablePromise"),
      Error.stackTraceLimit,
      Reflect.get(Error, "prepareStackTrace"),
    ];
    const before = parts();
    const release = quicken();
    assert.notDeepEqual(parts(), before);
    release();
    assert.deepEqual(parts(), before);
    assert.match(new Error("one").stack ?? "", /quickRuntime\.test\.ts/);
  });
});
