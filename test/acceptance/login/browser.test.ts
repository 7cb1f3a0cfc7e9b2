import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext } from "playwright-core";
import { type Check, type CheckContext } from "../../../acceptance/check";
import { browserSignIn, signInIn } from "../../../acceptance/checks/login/browserSignIn";
import { signOutIn } from "../../../acceptance/checks/login/browserSignOut";
import { twoTabsIn } from "../../../acceptance/checks/login/browserTwoTabs";
import { foreignPageIn } from "../../../acceptance/checks/origins/foreignPage";
import { RecordingProbe } from "../../../acceptance/recordingProbe";
import { resolverRules, withBrowser } from "../../../acceptance/signIn/browser";
import { authority } from "../certificates";
import { contextFor } from "../fakeGate";
import { oneBrowser, program } from "../oneBrowser";
import { fakeSignIn } from "./fakeSignIn";
import { notices } from "./outcome";

describe("login: the checks in Chromium", function () {
  this.timeout(60_000);
  const browser = oneBrowser(() => fakeSignIn());

  type Scene = (context: CheckContext, browser: BrowserContext) => Promise<void>;
  const checkOf = (scene: Scene): Check => ({ ...browserSignIn, run: (context) => scene(context, browser()) });

  /** What a check says on a right deployment, and which files it leaves. */
  async function run(scene: Scene) {
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-report-"));
    const gate = await fakeSignIn();
    const probe = new RecordingProbe({ directory });
    try {
      await scene({ target: gate.target, probe, signal: AbortSignal.timeout(55_000) }, browser());
      return { right: probe.right, faults: probe.faults, files: readdirSync(directory).sort() };
    } finally {
      await gate.close();
      rmSync(directory, { recursive: true });
    }
  }

  it("a person signs in, and the report has three screenshots", async () => {
    const { faults, right, files } = await run(signInIn);
    assert.deepEqual(faults, []);
    assert.ok(right.length >= 10);
    assert.deepEqual(files, ["1-sign-in-page.png", "2-dex-form.png", "3-arrival.png"]);
  });

  it("a browser that may not keep the cookie is found out", () =>
    notices(checkOf(signInIn), "cookies without Secure", /it ended at .*\/oauth2\/callback with status 403/));

  it("two tabs sign in at once", async () => {
    const { faults, right } = await run(twoTabsIn);
    assert.deepEqual(faults, []);
    assert.equal(right.length, 4);
  });

  it("two tabs that disturb each other are found out", () =>
    notices(
      checkOf(twoTabsIn),
      "one CSRF cookie for all sign-ins",
      /should have a CSRF cookie of its own; there are 1/,
    ));

  it("a person signs out while another tab goes on polling", async () => {
    const { faults, right } = await run(signOutIn);
    assert.deepEqual(faults, []);
    assert.ok(right.length >= 9);
  });

  it("a sign-out that leaves the cookie in the browser is found out", () =>
    notices(checkOf(signOutIn), "sign-out keeps the cookie", /POST \/logout should end on the sign-in page/));

  it("a page of another host of the site gets nothing, and a link of its leads on", async () => {
    const { faults, right } = await run(foreignPageIn);
    assert.deepEqual(faults, []);
    assert.equal(right.length, 9);
  });

  it("a page of another host that uses the session is found out", () =>
    notices(
      checkOf(foreignPageIn),
      "pages of other origins pass",
      /a call with the session .* should get 403; it got 200/,
    ));

  it("a gate whose certificate another CA signed is not trusted", async () => {
    const gate = await fakeSignIn({ target: { browser: program, ca: (await authority("another")).cert } });
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
