import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../acceptance/check";
import { type Verification } from "../../acceptance/verification";
import { BadInput } from "../../cli/exit";
import { type VerifyOptions } from "../../cli/verify";
import { list, verify } from "../../cli/verify/run";
import { type FakeGate, fakeGate } from "../acceptance/fakeGate";
import { filesIn, temporaryFolder } from "./gatehouse";
import { recordingContext } from "./verifyContext";

const check = (name: string, run: Check["run"], more: Partial<Check> = {}): Check => ({
  area: "tls",
  name,
  proves: `${name} holds`,
  mend: "Look there.",
  exercises: ["gateway"],
  needs: [],
  run,
  ...more,
});
const good = check("good", async ({ probe }) => {
  await sleep(1);
  probe.seen("a");
});
const bad = check("bad", async ({ probe, target }) => {
  await sleep(1);
  probe.wrong(`the password ${target.people[0]?.password ?? "of nobody"} was shown`);
});
const wanting = check("wanting", () => Promise.reject(new Error("it ran")), { area: "paths", needs: ["user"] });

describe("gatehouse verify", () => {
  const folder = temporaryFolder();
  let gate: FakeGate;
  let page = "";
  let given: VerifyOptions;
  before(async () => {
    gate = await fakeGate(() => ({ status: 403, body: page }));
    writeFileSync(folder.path("ca.pem"), gate.authority.cert);
    writeFileSync(folder.path("passwords.json"), '{"user@example.com": "hunter2-hunter2"}', { mode: 0o600 });
    given = { ca: folder.path("ca.pem"), connect: "127.0.0.1", echo: "none" };
  });
  after(async () => {
    await gate.close();
    folder.remove();
  });
  const run = async (checks: readonly Check[], options: VerifyOptions = {}) => {
    const { context, printed, aside } = recordingContext();
    const code = await verify(gate.target.gate.href, { ...given, ...options }, context, checks);
    return { code, text: printed.join("\n"), aside };
  };
  const report = async (checks: readonly Check[], options: VerifyOptions = {}) => {
    const { code, text } = await run(checks, { ...options, json: true });
    return { code, report: JSON.parse(text) as Verification };
  };

  it("ends with 0 when every check that ran passed, and counts what was left out", async () => {
    const { code, text } = await run([good, wanting]);
    assert.equal(code, 0);
    assert.match(text, /^Verify https:\/\/kubeflow\.example\.com:\d+\/\nat 127\.0\.0\.1; without an echo/);
    assert.match(text, /\n\ntls\n {2}✓ good {2}1 tried, 0\.0 s\n {6}good holds\n/);
    assert.match(text, /\n\npaths\n {2}– wanting\n {6}left out: nobody may sign in \(--user, --passwords\)\n/);
    assert.match(text, /\n1 passed, 0 failed, 1 skipped$/);
  });

  it("ends with 1 when one failed, and shows what was wrong and how to mend it, without secrets", async () => {
    const { code, text } = await run([good, bad], { passwords: folder.path("passwords.json") });
    assert.equal(code, 1);
    assert.match(
      text,
      / {2}✗ bad .+\n {6}bad holds\n {6}wrong: the password \[secret\] was shown\n {6}mend: {2}Look there\.\n/,
    );
    assert.match(text, /\nFailed: tls\/bad\n1 passed, 1 failed$/);
    assert.doesNotMatch(text, /hunter2/);
  });

  it("ends with 2 when nothing ran, because that proves nothing", async () => {
    const { code, text } = await run([wanting]);
    assert.equal(code, 2);
    assert.match(text, /\nNothing ran, so nothing is proven\.\n0 passed, 0 failed, 1 skipped$/);
  });

  it("prints one JSON document, and nothing else", async () => {
    const { code, report: found } = await report([good, bad, wanting]);
    assert.equal(code, 1);
    const { format, exitCode, target, counts, unmet, checks, start, directory } = found;
    assert.deepEqual([format, exitCode], ["gatehouse.verification/v1", 1]);
    assert.deepEqual(target, {
      gate: gate.target.gate.href,
      echo: null,
      address: "127.0.0.1",
      trust: "--ca",
      people: [],
    });
    assert.deepEqual(counts, { passed: 1, failed: 1, leftOut: 1, notAskedFor: 0 });
    assert.deepEqual(unmet, [{ need: "user", reason: "nobody may sign in (--user, --passwords)" }]);
    assert.deepEqual([Number.isNaN(Date.parse(start)), directory], [false, null]);
    assert.deepEqual(
      checks.map(({ area, name, outcome, tried, wrong, reason, mend, exercises }) => {
        return [area, name, outcome, tried, wrong.length, reason === null, mend, exercises];
      }),
      [
        ["tls", "good", "passed", 1, 0, true, "Look there.", ["gateway"]],
        ["tls", "bad", "failed", 1, 1, true, "Look there.", ["gateway"]],
        ["paths", "wanting", "left-out", 0, 0, false, "Look there.", ["gateway"]],
      ],
    );
  });

  it("runs what --only and --skip leave, and says how many were not asked for", async () => {
    const { report: found } = await report([good, bad, wanting], { only: ["tls"], skip: ["tls/bad"] });
    assert.deepEqual([found.checks.map(({ name }) => name), found.counts.notAskedFor], [["good"], 2]);
    const several = await report([good, bad, wanting], { only: ["tls/good,paths"] });
    assert.deepEqual(
      several.report.checks.map(({ name }) => name),
      ["good", "wanting"],
    );
  });

  it("writes JUnit, and a folder with the files and the report", async () => {
    const shot = check("shot", ({ probe }) => {
      writeFileSync(probe.file("page.png"), "png");
      probe.seen("a");
      return Promise.resolve();
    });
    const options = { junit: folder.path("junit.xml"), report: folder.path("new", "report") };
    const { text } = await run([shot], options);
    assert.match(readFileSync(options.junit, "utf8"), /<testcase classname="tls" name="shot"/);
    const files = filesIn(options.report);
    assert.deepEqual([...files.keys()], ["tls/page.png", "verification.json"]);
    const { checks, directory } = JSON.parse(files.get("verification.json") ?? "") as Verification;
    assert.deepEqual([checks[0]?.files, directory], [["tls/page.png"], options.report]);
    assert.ok(text.includes(`file: ${options.report}/tls/page.png`));
  });

  it("keeps no file without --report", async () => {
    let path = "";
    const shot = check("shot", ({ probe }) => {
      path = probe.file("page.png");
      writeFileSync(path, "png");
      probe.seen("a");
      return Promise.resolve();
    });
    await run([shot]);
    assert.throws(() => readFileSync(path), /ENOENT/);
  });

  it("refuses what it can't do before it asks the deployment anything", async () => {
    const asked = gate.requests.length;
    for (const [options, key] of [
      [{ only: ["nothing"] }, "--only"],
      [{ skip: ["tls/nothing"] }, "--skip"],
      [{ skip: ["tls", "paths"] }, "--only, --skip"],
      [{ require: ["nothing"] }, "--require"],
      [{ junit: folder.path("nowhere", "junit.xml") }, "--junit"],
      [{ report: folder.path("ca.pem") }, "--report"],
      [{ ca: "/nonexistent" }, "--ca"],
    ] as const) {
      await assert.rejects(
        run([good, bad, wanting], options as VerifyOptions),
        (error) => error instanceof BadInput && error.problems[0]?.key === key && error.problems[0].mend !== "",
        key,
      );
    }
    assert.equal(gate.requests.length, asked);
  });

  it("names the checks that there are when one is unknown", async () => {
    await assert.rejects(
      run([good, wanting], { only: ["good"] }),
      (error) => error instanceof BadInput && /tls\/good, paths\/wanting/.test(error.problems[0]?.mend ?? ""),
    );
  });

  it("runs nothing where what --require names is missing", async () => {
    await assert.rejects(
      run([good], { require: ["user,sessions"] }),
      (error) =>
        error instanceof BadInput &&
        error.problems.map(({ key }) => key).join() === "--require user,--require sessions",
    );
  });

  it("tells checks that need no sessions whether oauth2-proxy is clearly absent, and not only half broken", async () => {
    const absent: boolean[] = [];
    const looking = check("looking", ({ probe, target }) => {
      absent.push(target.absent?.has("oauth2-proxy") === true);
      probe.seen("a");
      return Promise.resolve();
    });
    await run([looking]);
    // It shows its page, and its button leads nowhere.
    page = '<a href="/oauth2/start?rd=x">Sign in</a>';
    try {
      await run([looking]);
    } finally {
      page = "";
    }
    assert.deepEqual(absent, [true, false]);
  });

  it("refuses a gate that nothing reaches, without a row of failed checks", async () => {
    await assert.rejects(run([good], { ca: undefined }), /no request gets there/);
    await assert.rejects(
      run([good], { echo: "https://echo.example.org:1" }),
      (error) => error instanceof BadInput && error.problems[0]?.key === "--echo",
    );
  });

  it("ends with 3 when it is interrupted, after the check has restored what it changed, and reports what ran", async () => {
    let restored = false;
    const disturbing = check("long", async ({ probe, signal }) => {
      probe.seen("a");
      process.nextTick(() => process.emit("SIGINT", "SIGINT"));
      try {
        await sleep(10_000, undefined, { signal });
      } finally {
        await sleep(5);
        restored = true;
      }
    });
    const listeners = process.rawListeners("SIGINT");
    const { code, text, aside } = await run([good, disturbing, bad]);
    assert.deepEqual([code, restored], [3, true]);
    assert.match(aside.join(""), /^SIGINT: ending the check at work and restoring what it changed/);
    assert.match(text, /✓ good/);
    assert.match(text, /– bad\n {6}left out: the run was interrupted before/);
    assert.match(text, /\nThe run was interrupted\.\n1 passed, 0 failed, 2 skipped$/);
    assert.deepEqual(process.rawListeners("SIGINT"), listeners);
  });

  it("lists every check with what it proves and needs, for people and programs", async () => {
    const { context, printed } = recordingContext();
    assert.equal(await list({}, context, [good, wanting]), 0);
    assert.equal(
      printed[0],
      ["tls/good", "  good holds", "  on gateway", "paths/wanting", "  wanting holds", "  on gateway; needs user"].join(
        "\n",
      ),
    );
    await list({ json: true, only: ["paths"] }, context, [good, wanting]);
    const { format, checks } = JSON.parse(printed[1] ?? "") as { format: string; checks: object[] };
    assert.deepEqual([format, checks.length], ["gatehouse.checks/v1", 1]);
    assert.deepEqual(checks[0], {
      area: "paths",
      name: "wanting",
      proves: "wanting holds",
      needs: ["user"],
      exercises: ["gateway"],
      mend: "Look there.",
      timeout: 60,
    });
  });
});
