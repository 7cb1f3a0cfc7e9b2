import { type BrowserContext } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { enterPassword, gateCookies, pressButton, seenBy, visit } from "../../signIn/inBrowser";
import { echoOf, somebody } from "../../tokens/parts";

/** What a restored window does. */
export const browserTwoTabs: Check = {
  area: "login",
  name: "browser-two-tabs",
  proves: "Two tabs of one Chromium that sign in at once both come back to their own pages.",
  mend: "cookie_csrf_per_request must be true; login/two-tabs shows the same without a browser.",
  exercises: ["browser", "oauth2-proxy", "Dex"],
  needs: ["sessions", "user", "echo", "browser"],
  timeout: 120,
  run: (context) => withBrowser(context, (browser) => twoTabsIn(context, browser)),
};

/** In a browser that is there. */
export async function twoTabsIn(context: CheckContext, browser: BrowserContext): Promise<void> {
  const { target, probe } = context;
  const person = somebody(target);
  const tabs = await Promise.all(
    [1, 2].map(async (number) => ({
      name: `tab ${number}`,
      asked: new URL(`/?tab=${number}`, echoOf(target)),
      page: await browser.newPage(),
    })),
  );
  for (const { page, asked } of tabs) {
    await visit(page, asked);
  }
  probe.busy("press both buttons");
  await Promise.all(tabs.map(({ page }) => pressButton(page, target)));
  const { csrf } = await gateCookies(browser);
  probe.expect(
    csrf.length === tabs.length,
    "each tab has a CSRF cookie of its own",
    `each of ${tabs.length} tabs should have a CSRF cookie of its own; there are ${csrf.length}`,
  );
  for (const { name, page, asked } of tabs) {
    probe.busy(`sign in with ${name}`);
    const seen = await seenBy(await enterPassword(page, target, person, asked));
    probe.expect(
      seen?.user === person.email,
      `${name} came back as ${person.email}`,
      `${name} should come back as ${person.email}; the application saw ${seen?.user ?? "nobody"}`,
    );
  }
  const left = (await gateCookies(browser)).csrf.length;
  probe.expect(left === 0, "no CSRF cookie is left", `${left} CSRF cookies are left in the browser`);
}
