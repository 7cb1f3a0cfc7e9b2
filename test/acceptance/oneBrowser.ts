import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext } from "playwright-core";
import { type Target } from "../../acceptance/check";
import { withBrowser } from "../../acceptance/signIn/browser";
import { contextFor } from "./fakeGate";

const named = process.env.GATEHOUSE_CHROMIUM ?? "";

/** Chromium, where there is one. */
export const program = [named, "/usr/bin/chromium"].find((path) => path !== "" && existsSync(path));

/** One browser for all tests of a suite: its deployments differ by their ports alone. Without Chromium they are skipped. */
export function oneBrowser(start: () => Promise<{ target: Target; close: () => Promise<void> }>): () => BrowserContext {
  let browser: BrowserContext;
  let first: Awaited<ReturnType<typeof start>>;
  let close: () => void;
  let closed: Promise<void>;

  before(async function () {
    if (program === undefined) {
      this.skip();
    }
    first = await start();
    const target: Target = { ...first.target, browser: program };
    browser = await new Promise<BrowserContext>((resolve, reject) => {
      closed = withBrowser(contextFor(target), (one) => {
        resolve(one);
        return new Promise<void>((end) => (close = end));
      });
      closed.catch(reject);
    });
  });
  afterEach(async () => {
    await browser.clearCookies();
    // Tidying up: a page that takes its time to close is in nobody's way.
    const others = browser.pages().slice(1);
    await Promise.race([Promise.all(others.map((page) => page.close())), sleep(10_000, undefined, { ref: false })]);
  });
  after(async function () {
    if (program !== undefined) {
      close();
      await closed;
      await first.close();
    }
  });
  return () => browser;
}
