import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end, isAlive, knownProcesses, remember, running, startDetached } from "../../../bed/node/processes";

describe("The processes of a bed", () => {
  const earlier = process.env.GATEHOUSE_BED_STATE;
  let state = "";
  before(() => {
    state = mkdtempSync(join(tmpdir(), "gatehouse-bed-test-"));
    process.env.GATEHOUSE_BED_STATE = state;
  });
  after(() => {
    if (earlier === undefined) {
      delete process.env.GATEHOUSE_BED_STATE;
    } else {
      process.env.GATEHOUSE_BED_STATE = earlier;
    }
    rmSync(state, { recursive: true, force: true });
  });

  it("are remembered with what they said, and can be ended", async () => {
    const started = startDetached("talker", ["sh", "-c", "echo hello; exec sleep 60"]);
    assert.equal(isAlive(started), true);
    assert.deepEqual(running("talker"), started);
    assert.deepEqual(knownProcesses(), [started]);
    await waitFor(() => readFileSync(join(state, "logs", "talker.log"), "utf8") === "hello\n");
    await end(started);
    assert.equal(isAlive(started), false);
    assert.equal(running("talker"), undefined);
  });

  it("are ended by force when they do not listen", async () => {
    const started = startDetached("stubborn", ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"]);
    await waitFor(() => readFileSync(join(state, "logs", "stubborn.log"), "utf8") === "deaf\n");
    await end(started, 200);
    assert.equal(isAlive(started), false);
  });

  it("are not taken for another process that got the same number", async () => {
    const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
    const { pid } = stranger;
    assert.ok(pid !== undefined);
    const mistaken = { name: "gone", pid, startTime: "1" };
    remember(mistaken);
    assert.equal(isAlive(mistaken), false);
    await end(mistaken);
    assert.equal(stranger.exitCode, null);
    assert.equal(stranger.signalCode, null);
    stranger.kill();
  });

  it("fail to start with the program's name", () => {
    assert.throws(
      () => startDetached("nobody", [join(state, "no-such-program")]),
      /no-such-program could not be started/,
    );
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "it did not happen within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
