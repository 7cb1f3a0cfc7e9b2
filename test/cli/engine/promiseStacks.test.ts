import { strict as assert } from "node:assert";
import { withoutPromiseStacks } from "../../../cli/engine/promiseStacks";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be a copy, which nothing can be put into
import debuggable = require("@pulumi/pulumi/runtime/debuggable");

const sdk = debuggable as {
  debuggablePromise: <T>(promise: Promise<T>, context: string) => Promise<T>;
  debugPromiseLeaks: boolean;
};
/** The SDK keeps it until the promise is settled. */
const stackOf = (): string => {
  let settle = (): void => undefined;
  const open = new Promise<void>((resolve) => (settle = resolve));
  void sdk.debuggablePromise(open, "a test");
  const { _debugStackTrace } = open as unknown as { _debugStackTrace: string };
  settle();
  return _debugStackTrace;
};

describe("the SDK's notes of where a promise was made", () => {
  it("are left out while a program runs, and errors keep their own", () => {
    const restore = withoutPromiseStacks();
    try {
      assert.equal(stackOf(), "Error");
      assert.match(new Error("a program's").stack ?? "", /promiseStacks\.test\.ts/);
    } finally {
      restore();
    }
    assert.match(stackOf(), /promiseStacks\.test\.ts/);
  });

  it("stay where somebody looks for promises that never settle", () => {
    sdk.debugPromiseLeaks = true;
    const restore = withoutPromiseStacks();
    try {
      assert.match(stackOf(), /promiseStacks\.test\.ts/);
    } finally {
      restore();
      sdk.debugPromiseLeaks = false;
    }
  });
});
