import { type BrowserContext, type Response } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { notebooksOf } from "../../notebookHosts";
import { isSession } from "../../signIn/cookies";
import { withBrowser } from "../../signIn/browser";
import { enterPassword, seenBy, visit, waitForForm } from "../../signIn/inBrowser";
import { type Session, signIn } from "../../signIn/session";
import { echoOf, somebody } from "../../tokens/parts";
import { pageAt } from "./attackersPage";
import { commonDomain, toss } from "./attack/toss";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/**
 * Two sessions are none, but one is one, whoever put it there: somebody who is signed out would do their work in the attacker's name,
 * where the attacker reads it (login CSRF). The gate's host knows its own by a mark. Applications on hosts of their own have
 * none, so that they are asked where browsers keep the cookie from them.
 */
export const somebodyElsesSession: Check = {
  area: "notebooks",
  name: "somebody-elses-session",
  proves:
    "A notebook's page cannot have a person who is signed out at the gate go on there in its author's session, by a cookie for the domain above both, nor at an application where notebooks are on another site; the person can sign in after that, and loses the session where somebody else's takes its place.",
  mend: "The filter gatehouse.signed_in_here of EnvoyFilter ingress/gatehouse (documents/gateway/signed-in-here.lua). Where the notebooks' domain and the gate's are below one domain that somebody registered, a script of a notebook may set cookies for it, and browsers send them to the gate's host and to applications: a domain of another site keeps them from both (notebooks.mode: separate-domain).",
  exercises: ["browser", "gateway", "oauth2-proxy"],
  needs: ["cluster", "notebooks", "user", "sessions", "echo", "browser"],
  timeout: 300,
  run: (context) =>
    withNotebooks(context, [{ name: "lab" }], (own) =>
      withBrowser(context, (browser) => somebodyElsesSessionIn(context, browser, own)),
    ),
};

export async function somebodyElsesSessionIn(
  context: CheckContext,
  browser: BrowserContext,
  { at: { lab } }: OwnNotebooks<"lab">,
): Promise<void> {
  const { target, probe, signal } = context;
  const { gate } = target;
  const page = new URL("/gatehouse-verify", gate);
  const echo = new URL("/", echoOf(target));
  const person = somebody(target);
  const authors = await signIn(target, target.people[1] ?? person, echo, signal);
  const cookies = authors.jar.header(echo, "/");
  const attacker = await pageAt(browser, new URL(`${lab.prefix}attack`, lab.origin));
  // Each in a tab of its own: a refusal without content leaves a page of the browser's own behind, which is still coming.
  const statusOf = async (url: URL) => (await visit(await browser.newPage(), url)).status();
  const before = await statusOf(page);
  probe.expect(
    before === 403,
    "before, nobody is signed in",
    `before, nobody should be signed in; ${page.href} answered ${before}`,
  );
  const common = commonDomain(notebooksOf(target).domain, gate.hostname);
  await toss(attacker, cookies, `Domain=${common}; Path=/`);
  const onOneSite = await isKept(browser, page, cookies);
  for (const url of [page, new URL("/oauth2/userinfo", gate), ...(onOneSite ? [] : [echo])]) {
    const came = await statusOf(url);
    probe.expect(
      came === 401 || came === 403,
      `with the author's session for ${common} ${url.host}${url.pathname} knows nobody`,
      `with the author's session for ${common} ${url.host}${url.pathname} should know nobody; it answered ${came} as to the author`,
    );
  }
  // The way out must stay open; what was tossed before a sign-in makes two sessions at its end, and goes with them.
  const tab = await browser.newPage();
  let came: Response | undefined;
  for (let signIns = 0; signIns < 2 && came?.status() !== 200; signIns += 1) {
    await visit(tab, new URL(`/oauth2/start?rd=${encodeURIComponent(echo.href)}`, gate));
    await waitForForm(tab, target, person);
    came = await enterPassword(tab, target, person, echo);
  }
  const seen = came && (await seenBy(came));
  probe.expect(
    seen?.user === person.email,
    "then the victim can sign in, and is nobody else",
    `then the victim should be able to sign in; the application answered ${came?.status()} to ${seen?.user ?? "nobody"}`,
  );
  if (target.people[1] !== undefined) {
    await inPlace(context, browser, page, authors);
  }
}

/** As a server of another host could put it, where both are below the cookie's domain. */
async function inPlace({ probe }: CheckContext, browser: BrowserContext, page: URL, { jar }: Session): Promise<void> {
  const statusOf = async () => (await visit(await browser.newPage(), page)).status();
  const sessionIn = async () => (await browser.cookies(page.href)).filter(isSession);
  const before = await statusOf();
  const [own] = await sessionIn();
  await browser.addCookies(
    jar.cookies.filter(isSession).map(({ name, value }) => ({
      name,
      value,
      domain: own?.domain ?? page.hostname,
      path: "/",
      secure: true,
      httpOnly: true,
    })),
  );
  const came = await statusOf();
  const left = await sessionIn();
  probe.expect(
    own !== undefined && before !== 403 && came === 403 && left.length === 0,
    "the author's session in the place of the victim's is refused and forgotten",
    `the author's session in the place of the victim's should be refused with 403 and forgotten; ${page.href} answered ${came}, before that ${before}, and ${left.length} cookies of it are left`,
  );
}

/** Whether the browser took what was set, and sends it to a page. */
async function isKept(browser: BrowserContext, page: URL, cookies: string): Promise<boolean> {
  const kept = await browser.cookies(page.href);
  return kept.some(({ name, value }) => cookies.split("; ").includes(`${name}=${value}`));
}
