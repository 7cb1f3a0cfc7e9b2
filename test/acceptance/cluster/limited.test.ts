import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { limited } from "../../../acceptance/limited";

describe("a time limit beside another signal", () => {
  it("ends with whichever ends first, and says why", async () => {
    const controller = new AbortController();
    const slow = limited(controller.signal, 10_000);
    controller.abort(new Error("told to end"));
    assert.match(String(slow.reason), /told to end/);
    const quick = limited(new AbortController().signal, 5);
    await new Promise((done) => quick.addEventListener("abort", done));
    assert.equal((quick.reason as Error).name, "TimeoutError");
  });

  it("outlives a garbage collection", () => {
    const script = `
      const { limited } = require(${JSON.stringify(require.resolve("../../../acceptance/limited"))});
      const given = new AbortController().signal;
      const wait = (signal) => signal.addEventListener("abort", () => process.exit(7));
      wait(limited(given, 150));
      const collect = setInterval(gc, 10);
      setTimeout(() => process.exit(0), 3000);`;
    const tsx = require.resolve("tsx/cjs");
    const { status } = spawnSync(process.execPath, ["--expose-gc", "--require", tsx, "--eval", script]);
    assert.equal(status, 7);
  });
});
