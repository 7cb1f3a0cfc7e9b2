import { type BrowserContext } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { cookieDomain } from "../../signIn/cookies";
import { withBrowser } from "../../signIn/browser";
import { enterPassword, gateCookies, pressButton, seenBy, visit } from "../../signIn/inBrowser";
import { screenshot } from "../../signIn/screenshot";
import { echoOf, somebody } from "../../tokens/parts";

const page = "/reports/2026?name=a+b&next=https%3A%2F%2Fexample.com%2F&ok=%E2%9C%93";

/** What a person does and sees, in a browser that decides about cookies and certificates itself. */
export const browserSignIn: Check = {
  area: "login",
  name: "browser-sign-in",
  proves:
    "In Chromium a page without a session is the sign-in page; its button leads to Dex, the password back to exactly that page, and the application sees the right person and groups. The browser takes the session's cookie for the documented domain, and no script can read it.",
  mend: "The screenshots in the report show how far it came. A cookie that the browser drops: its attributes are in login/cookies; a certificate that it refuses: tls/certificate; an address: login/comes-back.",
  exercises: ["browser", "gateway", "oauth2-proxy", "Dex", "istiod"],
  needs: ["sessions", "user", "echo", "browser"],
  timeout: 120,
  run: (context) => withBrowser(context, (browser) => signInIn(context, browser)),
};

/** In a browser that is there. */
export async function signInIn(context: CheckContext, browser: BrowserContext): Promise<void> {
  const { target, probe } = context;
  const person = somebody(target);
  const asked = new URL(page, echoOf(target));
  const tab = await browser.newPage();
  probe.busy("open a page without a session");
  const first = await visit(tab, asked);
  await screenshot(tab, probe, "1-sign-in-page.png");
  probe.expect(
    first.status() === 403 && tab.url() === asked.href,
    "a page without a session is the sign-in page",
    `${asked.href} without a session should be the sign-in page with status 403; it was ${first.status()}`,
  );

  probe.busy("press the button");
  await pressButton(tab, target);
  await screenshot(tab, probe, "2-dex-form.png");
  probe.seen("the button leads to Dex's form");

  probe.busy("enter the password");
  const arrival = await enterPassword(tab, target, person, asked);
  await screenshot(tab, probe, "3-arrival.png");
  probe.expect(
    tab.url() === asked.href && arrival.status() === 200,
    "the password leads back to exactly the page that was asked for",
    `the sign-in should end on ${asked.href} with status 200; it was ${arrival.status()}`,
  );
  const seen = await seenBy(arrival);
  probe.expect(
    seen?.user === person.email,
    `the application sees ${person.email}`,
    `the application should see ${person.email}; it saw ${seen?.user ?? "nobody"}`,
  );
  const groups = seen?.groups ?? [];
  for (const group of person.groups ?? []) {
    const saw = `the application should see the group ${group}; it saw ${groups.join(", ") || "none"}`;
    probe.expect(groups.includes(group), `the application sees the group ${group}`, saw);
  }
  const path = seen?.headers[":path"];
  probe.expect(path === page, "its address came unchanged", `${page} should come unchanged; it came as ${path}`);

  const { session, csrf } = await gateCookies(browser);
  const wide = cookieDomain(target);
  // As Chromium tells it: with a dot before it, unless it is for its host alone.
  const domain = wide === undefined ? target.gate.hostname : `.${wide}`;
  const right = session.filter(
    (cookie) => cookie.secure && cookie.httpOnly && cookie.sameSite === "Lax" && cookie.domain === domain,
  );
  probe.expect(
    session.length > 0 && right.length === session.length,
    "the browser holds the session for the documented domain",
    `the browser should hold the session as Secure, HttpOnly and SameSite=Lax for ${domain}; it holds ${session.length} of its cookies, ${right.length} of them like that`,
  );
  probe.expect(csrf.length === 0, "no CSRF cookie is left", `${csrf.length} CSRF cookies are left in the browser`);
  const readable = await tab.evaluate<string>("document.cookie");
  probe.expect(
    !readable.includes("__Secure-"),
    "no script can read the session's cookie",
    "a script in the page can read the session's cookie",
  );

  const other = await visit(await browser.newPage(), new URL(target.gate));
  probe.expect(
    ![401, 403].includes(other.status()) && other.status() < 500,
    "the gate host asks for no second sign-in",
    `with the session ${target.gate.href} should ask for no second sign-in; it answered ${other.status()}`,
  );
}
