import { type BrowserContext, type Page } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { gateCookies, isPage, signInWith, visit } from "../../signIn/inBrowser";
import { screenshot } from "../../signIn/screenshot";
import { echoOf, somebody } from "../../tokens/parts";

const calls = 50;

/** A page's calls, by `fetch` as applications make them. */
const kinds = [
  { what: "fetch with Accept: application/json", path: "/data", accept: "application/json", wanted: [401] },
  { what: "fetch of an API", path: "/api/poll", accept: "*/*", wanted: [401] },
  { what: "fetch without headers", path: "/data", accept: "*/*", wanted: [401, 403] },
] as const;

interface Fetched {
  status: number;
  redirected: boolean;
}

/** The dashboard's sign-out, with another tab that goes on polling. */
export const browserSignOut: Check = {
  area: "login",
  name: "browser-sign-out",
  proves:
    "In Chromium the dashboard's sign-out, a form that POSTs /logout, ends on the sign-in page and takes the session's cookie away. A page that is still open in another tab gets 401 for its calls, is redirected nowhere, and gathers no cookies; opened again it is the sign-in page.",
  mend: "The screenshots in the report show where it ended. login/sign-out and login/background-calls look at the same, hop by hop.",
  exercises: ["browser", "gateway", "oauth2-proxy"],
  needs: ["sessions", "user", "echo", "browser"],
  timeout: 120,
  run: (context) => withBrowser(context, (browser) => signOutIn(context, browser)),
};

/** In a browser that is there. */
export async function signOutIn(context: CheckContext, browser: BrowserContext): Promise<void> {
  const { target, probe } = context;
  const asked = new URL("/open/page?tab=1", echoOf(target));
  const open = await browser.newPage();
  const arrival = await signInWith(open, target, somebody(target), asked);
  probe.expect(
    arrival.status() === 200,
    "the sign-in works",
    `the sign-in should end with 200; it was ${arrival.status()}`,
  );
  const before = await fetchFrom(open, "/api/poll", "application/json", 1);
  probe.expect(
    before.every(({ status }) => status === 200),
    "with the session a call passes",
    `with the session a call should pass; it was ${statuses(before)}`,
  );

  probe.busy("sign out in another tab");
  const dashboard = await browser.newPage();
  await visit(dashboard, new URL("/dashboard", echoOf(target)));
  const ended = await postLogout(dashboard, target.gate);
  await screenshot(dashboard, probe, "4-signed-out.png");
  const button = await dashboard.locator('form[action$="/oauth2/start"] button').count();
  const { host, origin, pathname } = new URL(dashboard.url());
  probe.expect(
    ended === 403 && button === 1 && host === target.gate.host,
    "POST /logout ends on the sign-in page",
    `POST /logout should end on the sign-in page; it ended at ${origin}${pathname} with ${ended}`,
  );
  const { session, csrf } = await gateCookies(browser);
  probe.expect(
    session.length === 0 && csrf.length === 0,
    "the browser holds no cookie of the gate",
    `after signing out the browser should hold no cookie of the gate; it holds ${session.length} of the session, ${csrf.length} for CSRF`,
  );

  for (const { what, path, accept, wanted } of kinds) {
    probe.busy(`${calls} calls of the open page: ${what}`);
    const answers = await fetchFrom(open, path, accept, calls);
    const fine = answers.filter(({ status, redirected }) => !redirected && wanted.some((one) => one === status)).length;
    probe.expect(
      fine === calls,
      `${calls} times ${what} were ${wanted.join(" or ")}`,
      `${calls} times ${what} should be ${wanted.join(" or ")}, without a redirect; they were ${statuses(answers)}`,
    );
  }
  const gathered = await gateCookies(browser);
  probe.expect(
    gathered.session.length + gathered.csrf.length === 0,
    "the calls left no cookie",
    `the calls should leave no cookie; they left ${gathered.session.length + gathered.csrf.length}`,
  );
  const again = await open.reload({ waitUntil: "load" });
  probe.expect(
    again?.status() === 403,
    "the open page, opened again, is the sign-in page",
    `the open page, opened again, should be the sign-in page; it was ${again?.status() ?? "nothing"}`,
  );
}

/** As the dashboard does; the answer is the last one of the redirects. */
async function postLogout(page: Page, gate: URL): Promise<number> {
  const action = JSON.stringify(new URL("/logout", gate).href);
  const loaded = page.waitForResponse((response) => isPage(response, page));
  await page.evaluate(
    `(() => { const form = document.createElement("form"); form.method = "POST"; form.action = ${action}; document.body.append(form); form.submit(); })()`,
  );
  const response = await loaded;
  await page.waitForLoadState("load");
  return response.status();
}

async function fetchFrom(page: Page, path: string, accept: string, times: number): Promise<Fetched[]> {
  return await page.evaluate<Fetched[]>(
    `Promise.all(Array.from({ length: ${times} }, () => fetch(${JSON.stringify(path)}, { headers: { Accept: ${JSON.stringify(accept)} } })
      .then(({ status, redirected }) => ({ status, redirected }), () => ({ status: 0, redirected: false }))))`,
  );
}

function statuses(answers: readonly Fetched[]): string {
  return [
    ...new Set(answers.map(({ status, redirected }) => `${status}${redirected ? " after a redirect" : ""}`)),
  ].join(", ");
}
