import { connectorOf } from "./connector";
import { handedOn } from "./handedOn";
import { takesPassword } from "./provider";
import { type BrowserContext, type Page, type Response } from "playwright-core";
import { type Person, type Target } from "../check";
import { seenByBackend, type Seen } from "../echo";
import { isCsrf, isSession } from "./cookies";

/** Opens a page as somebody who follows a link. */
export async function visit(page: Page, url: URL): Promise<Response> {
  const answers: Response[] = [];
  const keep = (response: Response) => void (isPage(response, page) ? answers.push(response) : 0);
  page.on("response", keep);
  try {
    await page.goto(url.href, { waitUntil: "load" });
  } catch (error) {
    // In place of an error page without content the browser shows one of its own, and calls that a failure.
    if (!(error instanceof Error && error.message.includes("ERR_HTTP_RESPONSE_CODE_FAILURE"))) {
      throw error;
    }
  } finally {
    page.off("response", keep);
  }
  const last = answers.at(-1);
  if (last === undefined) {
    throw new Error(`the browser got no answer for ${url.href}`);
  }
  return last;
}

/** Presses the sign-in page's button, up to the form of Dex at which a person signs in, by default the first that was named. */
export async function pressButton(
  page: Page,
  target: Target,
  person: Pick<Person, "connector" | "issuer"> = target.people[0] ?? {},
): Promise<void> {
  await page.locator('form[action$="/oauth2/start"] button').click();
  await waitForForm(page, target, person);
}

/** Once a sign-in was begun, waits for the form at which that person signs in. */
export async function waitForForm(
  page: Page,
  target: Target,
  person: Pick<Person, "connector" | "issuer">,
): Promise<void> {
  const password = page.locator('input[name="password"]');
  // Where Dex has several ways to sign in, it asks which.
  const way = `/auth/${connectorOf(person)}`;
  const link = page.locator(["", "?", "/"].map((end) => `a[href${end === "" ? "$" : "*"}="${way}${end}"]`).join(", "));
  await password.or(link).first().waitFor();
  if ((await password.count()) === 0) {
    await link.first().click();
    await password.waitFor();
  }
  if (!takesPassword(target, person, new URL(page.url()))) {
    throw new Error("the sign-in came to another form than Dex's");
  }
}

/** Fills in Dex's form and waits for the page that the sign-in began for. Gives the answer that this page came with. */
export async function enterPassword(page: Page, target: Target, person: Person, asked: URL): Promise<Response> {
  await page.locator('input[name="login"]').fill(person.login ?? person.email);
  await page.locator('input[name="password"]').fill(person.password);
  // The first page that is no redirect, whichever that is: an error page is told at once, and not waited out.
  const [response] = await Promise.all([
    page.waitForResponse(async (one) => isPage(one, page) && !(await handsOn(one, target, person))),
    page.locator('form button[type="submit"]').click(),
  ]);
  if (response.url() !== asked.href) {
    const { origin, pathname } = new URL(response.url());
    const where = `${origin}${pathname} with status ${response.status()}`;
    throw new Error(`the sign-in should come back to ${asked.href}; it ended at ${where}`);
  }
  await page.waitForURL(asked.href);
  return response;
}

/** Whether a provider's page goes on by itself, with a message of SAML's. */
async function handsOn(response: Response, target: Target, person: Person): Promise<boolean> {
  if (person.saml !== true || !takesPassword(target, person, new URL(response.url()))) {
    return false;
  }
  const answer = { status: response.status(), headers: [], body: await response.text(), certificate: undefined };
  return handedOn(target, { url: new URL(response.url()), answer }, person) !== undefined;
}

/** Whether this is what a tab shows, and no step on the way to it. */
export function isPage(response: Response, page: Page): boolean {
  const request = response.request();
  const redirect = [301, 302, 303, 307, 308].includes(response.status());
  return !redirect && request.isNavigationRequest() && request.frame() === page.mainFrame();
}

/** The whole way from a page without a session to that page. */
export async function signInWith(page: Page, target: Target, person: Person, asked: URL): Promise<Response> {
  await visit(page, asked);
  await pressButton(page, target, person);
  return await enterPassword(page, target, person, asked);
}

/** What the echo saw of the request that brought this page. */
export async function seenBy(response: Response): Promise<Seen | undefined> {
  return seenByBackend({ status: response.status(), headers: [], body: await response.text(), certificate: undefined });
}

/** The gate's cookies that the browser holds, by what they are. */
export async function gateCookies(browser: BrowserContext) {
  const all = await browser.cookies();
  return { session: all.filter(isSession), csrf: all.filter(isCsrf) };
}
