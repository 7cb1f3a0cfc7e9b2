import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check } from "../../../acceptance/check";
import { browserSignIn } from "../../../acceptance/checks/login/browserSignIn";
import { browserSignOut } from "../../../acceptance/checks/login/browserSignOut";
import { browserTwoTabs } from "../../../acceptance/checks/login/browserTwoTabs";
import { RecordingProbe } from "../../../acceptance/recordingProbe";
import { resolverRules, withBrowser } from "../../../acceptance/signIn/browser";
import { authority } from "../certificates";
import { contextFor } from "../fakeGate";
import { fakeSignIn } from "./fakeSignIn";
import { notices } from "./outcome";

const named = process.env.GATEHOUSE_CHROMIUM ?? "";
const browser = [named, "/usr/bin/chromium"].find((path) => path !== "" && existsSync(path));

describe("login: the checks in Chromium", function () {
  this.timeout(60_000);
  before(function () {
    if (browser === undefined) {
      this.skip();
    }
  });

  /** What a check says on a right deployment, and which files it leaves. */
  async function run(check: Check) {
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-report-"));
    const gate = await fakeSignIn({ target: { browser } });
    const probe = new RecordingProbe({ directory });
    try {
      await check.run({ target: gate.target, probe, signal: AbortSignal.timeout(55_000) });
      return { right: probe.right, faults: probe.faults, files: readdirSync(directory).sort() };
    } finally {
      await gate.close();
      rmSync(directory, { recursive: true });
    }
  }

  it("a person signs in, and the report has three screenshots", async () => {
    const { faults, right, files } = await run(browserSignIn);
    assert.deepEqual(faults, []);
    assert.ok(right.length >= 10);
    assert.deepEqual(files, ["1-sign-in-page.png", "2-dex-form.png", "3-arrival.png"]);
  });

  it("a browser that may not keep the cookie is found out", () =>
    notices(browserSignIn, "cookies without Secure", /it ended at .*\/oauth2\/callback with status 403/, {
      target: { browser },
    }));

  // What disturbs tabs is tried without a browser, in checks.test.ts.
  it("two tabs sign in at once", async () => {
    const { faults, right } = await run(browserTwoTabs);
    assert.deepEqual(faults, []);
    assert.equal(right.length, 4);
  });

  it("a person signs out while another tab goes on polling", async () => {
    const { faults, right } = await run(browserSignOut);
    assert.deepEqual(faults, []);
    assert.ok(right.length >= 9);
  });

  it("calls that begin sign-ins after the sign-out are found out", () =>
    notices(
      browserSignOut,
      "background calls are redirected",
      /50 times fetch with Accept: application\/json should be 401/,
      {
        target: { browser },
      },
    ));

  it("a gate whose certificate another CA signed is not trusted", async () => {
    const gate = await fakeSignIn({ target: { browser, ca: (await authority("another")).cert } });
    const work = withBrowser(contextFor(gate.target), async (one) => {
      await (await one.newPage()).goto(gate.target.gate.href);
    });
    await assert.rejects(work, /certificate|ERR_CERT/i);
    await gate.close();
  });
});

describe("login: how a browser finds a deployment without names", () => {
  it("by rules for the deployment's hosts alone", () => {
    const target = { gate: new URL("https://kubeflow.example.com"), echo: new URL("https://echo.example.org") };
    const at = (address: string | undefined) =>
      resolverRules({ ...contextFor({} as never).target, ...target, address });
    assert.deepEqual(at(undefined), []);
    assert.deepEqual(at("192.0.2.1"), [
      "--host-resolver-rules=MAP kubeflow.example.com 192.0.2.1, MAP *.kubeflow.example.com 192.0.2.1, MAP echo.example.org 192.0.2.1",
    ]);
    assert.match(at("2001:db8::1")[0] ?? "", /MAP kubeflow\.example\.com \[2001:db8::1\],/);
  });
});
