import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { undoEverything, undoing } from "../../../acceptance/cluster/undo";
import { waitFor } from "../../../acceptance/cluster/wait";

describe("what is changed for a while", () => {
  const done: string[] = [];
  beforeEach(() => done.splice(0));
  const undo = (name: string) => async () => {
    await sleep(1);
    done.push(name);
  };

  it("is undone after success and after failure", async () => {
    assert.equal(await undoing("a", undo("a"), () => Promise.resolve(1)), 1);
    await assert.rejects(
      undoing("b", undo("b"), () => Promise.reject(new Error("it failed"))),
      /it failed/,
    );
    assert.deepEqual(done, ["a", "b"]);
  });

  it("is named where it cannot be undone, with what failed before", async () => {
    const failing = undoing(
      "dex had 2 replicas",
      () => Promise.reject(new Error("403 Forbidden")),
      () => Promise.reject(new Error("it failed")),
    );
    await assert.rejects(failing, /NOT RESTORED: dex had 2 replicas\. .*403 Forbidden.*Before that: it failed/);
  });

  it("is named by a program that ends early, and what comes after it is undone all the same", async () => {
    let release = () => undefined as void;
    const stays = new Promise<void>((resolve) => (release = resolve));
    const failing = () => Promise.reject(new Error("403 Forbidden"));
    const running = undoing("outer", undo("outer"), () => undoing("dex had 2 replicas", failing, () => stays));
    assert.deepEqual(await undoEverything(), ["NOT RESTORED: dex had 2 replicas. Restore it by hand. 403 Forbidden."]);
    assert.deepEqual(done, ["outer"]);
    release();
    await assert.rejects(running, /NOT RESTORED: dex had 2 replicas/);
    assert.deepEqual(await undoEverything(), []);
  });

  it("is undone once and from the last to the first when the program ends early", async () => {
    let release = () => undefined as void;
    const stays = new Promise<void>((resolve) => (release = resolve));
    const running = undoing("outer", undo("outer"), () => undoing("inner", undo("inner"), () => stays));
    assert.deepEqual(await undoEverything(), []);
    assert.deepEqual(done, ["inner", "outer"]);
    release();
    await running;
    assert.deepEqual(done, ["inner", "outer"]);
  });
});

describe("waiting", () => {
  const options = { within: 30, every: 2, signal: new AbortController().signal };

  it("gives what came and how long it took", async () => {
    let looks = 0;
    const patient = { ...options, within: 10_000 };
    const { value, took } = await waitFor(
      "three",
      () => Promise.resolve((looks += 1) === 3 ? "three" : undefined),
      patient,
    );
    assert.equal(value, "three");
    assert.ok(took >= 0 && took < 10_000);
  });

  it("ends when the time is over, and says what failed last", async () => {
    await assert.rejects(
      waitFor("it works", () => Promise.reject(new Error("connection refused")), options),
      /waited 0 s in vain: it works \(connection refused\)/,
    );
  });

  it("ends when it is told to", async () => {
    const told = { ...options, within: 5_000, signal: AbortSignal.abort(new Error("told to end")) };
    await assert.rejects(
      waitFor("never", () => Promise.resolve(undefined), told),
      /told to end/,
    );
  });
});
