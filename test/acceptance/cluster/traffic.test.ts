import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { admitted, type Outcome, refused, refusedSession, type Stream } from "../../../acceptance/cluster/streams";
import { during, errorsOf, listed, type Tally } from "../../../acceptance/cluster/traffic";
import { judge } from "../../../acceptance/cluster/verdict";
import { type Answer } from "../../../acceptance/http/request";
import { describeError } from "../../../acceptance/describeError";
import { contextFor } from "../fakeGate";

const signal = () => AbortSignal.timeout(5_000);

function stream(...outcomes: (Outcome | Error)[]): Stream {
  let count = 0;
  return {
    name: "tried",
    ask: () => {
      const outcome = outcomes[Math.min(count, outcomes.length - 1)] ?? assert.fail();
      count += 1;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  };
}

const right: Outcome = { kind: "right", why: "status 200" };

describe("traffic while something happens", () => {
  it("counts right answers, errors and leaks, and how long nothing was right", async () => {
    const reset = Object.assign(new Error("gone"), { code: "ECONNRESET" });
    const mixed = stream(
      right,
      reset,
      { kind: "error", why: "status 503" },
      { kind: "leak", why: "status 200" },
      right,
    );
    const options = { workers: 1, pause: 1, signal: signal() };
    const { result, tallies } = await during([mixed], options, async () => (await sleep(60), "done"));
    assert.equal(result, "done");
    const [tally] = tallies;
    assert.ok(tally !== undefined && tally.sent > 5);
    assert.deepEqual(tally.errors, { ECONNRESET: 1, "status 503": 1 });
    assert.deepEqual(tally.leaks, { "status 200": 1 });
    assert.equal(tally.right, tally.sent - 3);
    assert.ok(tally.longestGap > 0);
  });

  it("begins what happens only after every stream has asked", async () => {
    let asked = 0;
    const slow: Stream = { name: "slow", ask: async () => (await sleep(20), (asked += 1), right) };
    await during([slow], { signal: signal() }, () => Promise.resolve(assert.ok(asked > 0)));
  });

  it("ends with what happens, also where that fails", async () => {
    let asked = 0;
    const counted: Stream = { name: "counted", ask: () => ((asked += 1), Promise.resolve(right)) };
    const failing = during([counted], { pause: 1, signal: signal() }, () => Promise.reject(new Error("it failed")));
    await assert.rejects(failing, /it failed/);
    const then = asked;
    await sleep(20);
    assert.equal(asked, then);
  });

  it("tells what came through wrongly although something else fails", async () => {
    const leaking: Stream = { name: "nobody", ask: () => Promise.resolve({ kind: "leak", why: "status 200" }) };
    const failing = during([leaking], { pause: 1, signal: signal() }, () => Promise.reject(new Error("it failed")));
    await assert.rejects(failing, (error) => {
      assert.match(describeError(error), /^requests nobody came through wrongly: \d+ × status 200 \(it failed\)$/);
      return true;
    });
  });

  it("ends at once when it is told to", async () => {
    const controller = new AbortController();
    const never: Stream = { name: "never", ask: (ended) => sleep(10_000, right, { signal: ended }) };
    const running = during([never], { signal: controller.signal }, () => Promise.resolve());
    controller.abort(new Error("told to end"));
    await assert.rejects(running, /told to end/);
  });

  it("is judged: leaks always, errors where none is allowed, nothing at all never as right", () => {
    const tally: Tally = { name: "asked", sent: 3, right: 1, errors: { "status 503": 2 }, leaks: {}, longestGap: 5 };
    const faultsOf = (changed: Partial<Tally>, errors: "none" | "some") => {
      const { probe } = contextFor({} as never);
      judge(probe, "it", { ...tally, ...changed }, { errors });
      return probe.faults.join("\n");
    };
    assert.equal(faultsOf({}, "some"), "");
    assert.match(faultsOf({}, "none"), /it came to 2 × status 503/);
    assert.match(faultsOf({ leaks: { "status 200": 1 } }, "some"), /come through wrongly; it came to 1 × status 200/);
    assert.match(faultsOf({ sent: 0, right: 0, errors: {} }, "some"), /nothing is known/);
    assert.equal(errorsOf(tally), 2);
    assert.equal(listed({}), "none");
  });
});

describe("what came of one request", () => {
  const answer = (status: number, body: unknown): Answer => ({
    status,
    headers: [],
    body: typeof body === "string" ? body : JSON.stringify(body),
    certificate: undefined,
  });
  const echo = (user: string, header = user) => ({ user, groups: [], headers: { "kubeflow-userid": header } });

  it("is right without identity only when it is refused", () => {
    const kinds = [
      answer(403, "sign in"),
      answer(503, ""),
      answer(200, "anything"),
      answer(302, ""),
      answer(200, echo("user@example.com")),
      answer(500, "the mark in an error page"),
    ].map((one) => refused(one, "mark").kind);
    assert.deepEqual(kinds, ["right", "right", "leak", "leak", "leak", "leak"]);
  });

  it("is right with identity only when the backend saw that person and nobody else", () => {
    const kinds = [
      answer(200, echo("user@example.com")),
      answer(200, echo("forged@example.com")),
      answer(200, echo("user@example.com", "forged@example.com")),
      answer(200, "a page of somebody else"),
      answer(403, "sign in"),
      answer(503, ""),
      answer(503, "with the mark"),
    ].map((one) => admitted(one, "mark", "user@example.com").kind);
    assert.deepEqual(kinds, ["right", "leak", "leak", "leak", "error", "error", "leak"]);
  });

  it("proves nothing with a session that has no cookies", () => {
    assert.throws(() => refusedSession({} as never, new URL("https://example.com"), ""), /proves nothing/);
  });
});
