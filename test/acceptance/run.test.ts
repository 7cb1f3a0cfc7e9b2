import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, type Target } from "../../acceptance/check";
import { runChecks, type RunOptions } from "../../acceptance/run";
import { type CheckResult } from "../../acceptance/verification";

const check = (run: (context: CheckContext) => Promise<void>, more: Partial<Check> = {}): Check => ({
  area: "paths",
  name: "some-check",
  proves: "something holds",
  mend: "Look there.",
  exercises: ["gateway"],
  needs: [],
  run,
  ...more,
});
const passing = (more: Partial<Check> = {}) =>
  check(({ probe }) => {
    probe.seen("a thing");
    return Promise.resolve();
  }, more);

describe("a run of checks", () => {
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-run-"));
  after(() => rmSync(directory, { recursive: true }));
  let fault: ((error: unknown) => void) | undefined;
  const options: RunOptions = {
    target: { gate: new URL("https://kubeflow.example.com") } as never,
    unmet: new Map(),
    signal: new AbortController().signal,
    directory,
    redact: (text) => text.replaceAll("hunter2", "[secret]"),
    settled: () => Promise.resolve([]),
    catchFaults: (handler) => {
      fault = handler;
      return () => (fault = undefined);
    },
    undo: () => Promise.resolve([]),
    grace: () => 20,
  };
  const runOne = async (one: Check, more: Partial<RunOptions> = {}): Promise<CheckResult> => {
    const [result] = await runChecks([one], { ...options, ...more });
    assert.ok(result);
    return result;
  };

  it("tells what a check that doesn't end has left changed for good", async () => {
    const endless = check(() => new Promise(() => undefined), { timeout: 0.02 });
    const undo = () => Promise.resolve(["NOT RESTORED: dex had 2 replicas hunter2\u001b[2J."]);
    const { outcome, wrong } = await runOne(endless, { undo });
    assert.equal(outcome, "failed");
    assert.equal(wrong.at(-1), "NOT RESTORED: dex had 2 replicas [secret]\\u{1b}[2J.");
  });

  it("passes a check that saw something and nothing wrong", async () => {
    const result = await runOne(passing());
    assert.deepEqual([result.outcome, result.tried, result.wrong, result.reason], ["passed", 1, [], null]);
  });

  it("says of a check that can do without oauth2-proxy that it showed nothing of it where it is absent", async () => {
    const several = passing({ exercises: ["gateway", "oauth2-proxy", "cert-manager", "Dex"] });
    const having = (absent: Target["absent"]) => ({ target: { ...options.target, absent } });
    assert.deepEqual((await runOne(several)).exercises, several.exercises);
    const { exercises } = await runOne(several, having(new Set(["oauth2-proxy", "cert-manager"])));
    assert.deepEqual(exercises, ["gateway", "cert-manager", "Dex"]);
  });

  it("fails a check with one wrong thing among right ones, and keeps what was wrong", async () => {
    const result = await runOne(
      check(async ({ probe }) => {
        probe.seen("a");
        probe.expect(false, "b", "b should be 1, was 2");
        await sleep(1);
        probe.seen("c");
      }),
    );
    assert.deepEqual([result.outcome, result.tried, result.wrong], ["failed", 3, ["b should be 1, was 2"]]);
  });

  it("fails a check that looked at nothing", async () => {
    const result = await runOne(check(() => Promise.resolve()));
    assert.deepEqual([result.outcome, result.wrong], ["failed", ["It looked at nothing, so that it proves nothing."]]);
  });

  it("fails a check that throws, before its first wait as well as after, with message and cause", async () => {
    const early = check(() => {
      throw new Error("no luck", { cause: new Error("ECONNREFUSED") });
    });
    assert.deepEqual((await runOne(early)).wrong, ["It ended with an error: no luck (ECONNREFUSED)"]);
    const late = await runOne(
      check(async ({ probe }) => {
        probe.seen("a");
        await sleep(1);
        throw new AggregateError([new Error("one"), new Error("two"), new Error("one")]);
      }),
    );
    assert.deepEqual([late.outcome, late.wrong], ["failed", ["It ended with an error: one; two"]]);
  });

  it("fails a check that takes too long, whatever it saw, and goes on when it doesn't end at all", async () => {
    const slow = check(
      async ({ probe, signal }) => {
        probe.seen("a");
        await sleep(5000, undefined, { signal });
      },
      { timeout: 0.02 },
    );
    assert.deepEqual((await runOne(slow)).wrong, ["It was not done after 0.02 s."]);
    let undone = 0;
    const deaf = check(
      async ({ probe }) => {
        probe.seen("a");
        await new Promise(() => undefined);
      },
      { timeout: 0.01 },
    );
    const undo = () => {
      undone += 1;
      return Promise.resolve([]);
    };
    const results = await runChecks([deaf, passing()], { ...options, undo });
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ["failed", "passed"],
    );
    assert.deepEqual(results[0]?.wrong, [
      "It did not end within 0.02 s after it was told to.",
      "It was not done after 0.01 s.",
    ]);
    assert.equal(undone, 1);
  });

  it("lets a check restore things after its time, and tells what could not be restored", async () => {
    const result = await runOne(
      check(
        async ({ signal }) => {
          try {
            await sleep(5000, undefined, { signal });
          } finally {
            await sleep(5);
            // eslint-disable-next-line no-unsafe-finally
            throw new Error("NOT RESTORED: dex had 2 replicas");
          }
        },
        { timeout: 0.01 },
      ),
    );
    assert.deepEqual(result.wrong, ["It was not done after 0.01 s. It said: NOT RESTORED: dex had 2 replicas"]);
  });

  it("leaves out a check whose needs are unmet, with each reason, and never runs it", async () => {
    let ran = false;
    const wanting = check(
      () => {
        ran = true;
        return Promise.resolve();
      },
      { needs: ["user", "browser", "echo"] },
    );
    const unmet = new Map([
      ["user", "nobody may sign in"],
      ["browser", "no Chromium"],
    ] as const);
    const result = await runOne(wanting, { unmet });
    assert.deepEqual([result.outcome, result.reason, ran], ["left-out", "nobody may sign in; no Chromium", false]);
  });

  it("waits after a check that disturbs until the gate answers as before, and stops when it never does", async () => {
    let asked = 0;
    const settled = () => {
      asked += 1;
      return Promise.resolve(["GET /: 503, before GET /: 403"]);
    };
    const results = await runChecks([passing(), passing({ needs: ["disturb"], name: "bad" }), passing()], {
      ...options,
      settled,
    });
    assert.equal(asked, 1);
    assert.deepEqual(
      results.map(({ outcome, reason }) => [outcome, reason]),
      [
        ["passed", null],
        ["failed", null],
        ["left-out", "the gate has not recovered from paths/bad"],
      ],
    );
    assert.match(results[1]?.wrong[0] ?? "", /does not answer as before the check: GET \/: 503, before GET \/: 403/);
  });

  it("leaves the rest out when a check that disturbs doesn't end", async () => {
    const deaf = check(() => new Promise(() => undefined), { needs: ["disturb"], timeout: 0.01 });
    const [, last] = await runChecks([deaf, passing()], options);
    assert.deepEqual(
      [last?.outcome, last?.reason],
      ["left-out", "paths/some-check did not end and may still be at work"],
    );
  });

  it("ends the check at work when it is interrupted, and leaves out the others", async () => {
    const controller = new AbortController();
    let restored = false;
    const interrupted = check(async ({ probe, signal }) => {
      probe.seen("a");
      setTimeout(() => controller.abort(), 5);
      try {
        await sleep(5000, undefined, { signal });
      } finally {
        restored = true;
      }
    });
    const results = await runChecks([passing(), interrupted, passing()], { ...options, signal: controller.signal });
    assert.ok(restored);
    assert.deepEqual(
      results.map(({ outcome, reason }) => [outcome, reason]),
      [
        ["passed", null],
        ["left-out", "the run was interrupted at this check"],
        ["left-out", "the run was interrupted before"],
      ],
    );
  });

  it("keeps what an interrupted check had found wrong", async () => {
    const controller = new AbortController();
    const result = await runOne(
      check(({ probe }) => {
        probe.wrong("a protected page came");
        controller.abort();
        return Promise.reject(new Error("NOT RESTORED: dex"));
      }),
      { signal: controller.signal },
    );
    assert.deepEqual(
      [result.outcome, result.wrong],
      ["failed", ["a protected page came", "It ended with an error: NOT RESTORED: dex"]],
    );
  });

  it("counts an error that nobody caught against the check at work, or the last that ran", async () => {
    const now = await runOne(
      check(({ probe }) => {
        probe.seen("a");
        fault?.(new Error("stray"));
        return Promise.resolve();
      }),
    );
    assert.deepEqual([now.outcome, now.wrong], ["failed", ["An error that nobody caught: stray."]]);
    const later = await runOne(passing(), { ended: () => fault?.(new Error("late")) });
    assert.deepEqual([later.outcome, later.wrong], ["failed", ["An error that nobody caught: late."]]);
    assert.equal(fault, undefined);
  });

  it("keeps secrets out of everything that a check says", async () => {
    const said: string[] = [];
    const result = await runOne(
      check(({ probe }) => {
        probe.busy("trying hunter2");
        probe.wrong("hunter2 was taken");
        throw new Error("at hunter2");
      }),
      { busy: (what) => said.push(what) },
    );
    assert.deepEqual(said, ["trying [secret]"]);
    assert.deepEqual(result.wrong, ["[secret] was taken", "It ended with an error: at [secret]"]);
  });

  it("keeps figures, and the files that were really written", async () => {
    const result = await runOne(
      check(({ probe }) => {
        probe.seen("a");
        probe.figure("requests", 12, "1/s");
        writeFileSync(probe.file("page.png"), "");
        probe.file("never.png");
        assert.throws(() => probe.file("../elsewhere.png"), /no plain file name/);
        return Promise.resolve();
      }),
    );
    assert.deepEqual(result.figures, [{ name: "requests", value: 12, unit: "1/s" }]);
    assert.deepEqual(result.files, [join("paths", "page.png")]);
  });

  it("shortens an endless list of wrong things", async () => {
    const result = await runOne(
      check(({ probe }) => {
        Array.from({ length: 150 }, (_, index) => probe.wrong(String(index)));
        return Promise.resolve();
      }),
    );
    assert.equal(result.wrong.length, 101);
    assert.equal(result.wrong.at(-1), "… and 50 more.");
    assert.equal(result.tried, 150);
  });
});
