import { type BrowserContext } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { signInWith } from "../../signIn/inBrowser";
import { echoOf, somebody } from "../../tokens/parts";
import { answerTo, attempts } from "./broughtAbout";

/** The same as `other-pages` in a real browser, which writes what no script can. */
export const foreignPage: Check = {
  area: "origins",
  name: "foreign-page",
  proves:
    "In Chromium with a session, a page on another host of the same site gets nothing of an application: no call, form, image, script or frame of its reaches it; a link still does.",
  mend: "The same requests without a browser: origins/other-pages.",
  exercises: ["browser", "gateway", "oauth2-proxy"],
  needs: ["user", "sessions", "echo", "browser"],
  timeout: 120,
  run: (context) => withBrowser(context, (browser) => foreignPageIn(context, browser)),
};

/** In a browser that is there. */
export async function foreignPageIn({ target, probe }: CheckContext, browser: BrowserContext): Promise<void> {
  const echo = echoOf(target);
  const tab = await browser.newPage();
  const arrival = await signInWith(tab, target, somebody(target), new URL("/", echo));
  probe.expect(arrival.status() === 200, "the sign-in works", `the sign-in ended with ${arrival.status()}`);

  // Nobody serves this page: the browser is handed it, and believes that it is on that host. Same site, so that the browser sends
  // the session along (https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.2).
  const elsewhere = `https://neighbour.${target.gate.hostname}/`;
  const page = await browser.newPage();
  await page.route(elsewhere, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><body></body>" }),
  );
  for (const [index, { what, script }] of attempts.entries()) {
    await page.goto(elsewhere);
    const url = new URL(`/foreign-page/${index}`, echo).href;
    const came = await answerTo(page, url, script(JSON.stringify(url)));
    probe.expect(
      came === 403,
      `${what} of another host's page is refused with 403`,
      `${what} of another host's page should get 403; it got ${came ?? "no answer"}`,
    );
  }
  await page.goto(elsewhere);
  const link = new URL("/foreign-page/link", echo);
  const followed = await answerTo(page, link.href, `location.href = ${JSON.stringify(link.href)}`);
  probe.expect(
    followed === 200,
    "a link of another host's page leads to the application",
    `a link of another host's page should lead to the application; it got ${followed ?? "no answer"}`,
  );
}
