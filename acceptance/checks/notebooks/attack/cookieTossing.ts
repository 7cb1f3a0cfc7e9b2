import { type BrowserContext, type Page } from "playwright-core";
import { type CheckContext } from "../../../check";
import { notebooksOf } from "../../../notebookHosts";
import { sessionCookie } from "../../../signIn/cookies";
import { seenBy, signInWith, visit } from "../../../signIn/inBrowser";
import { signIn } from "../../../signIn/session";
import { echoOf, somebody } from "../../../tokens/parts";
import { type AttackedNotebooks } from "../attackersPage";
import { commonDomain, toss } from "./toss";

/**
 * A page may set a cookie for any domain above its host (RFC 6265, section 8.6), and so put its author's own session beside the
 * victim's. Nobody may end up in somebody else's name, and the victim must get in again.
 */
export async function cookieTossing(
  context: CheckContext,
  browser: BrowserContext,
  attacker: Page,
  own: AttackedNotebooks,
  most = Infinity,
): Promise<void> {
  const { target, probe, signal } = context;
  const { domain } = notebooksOf(target);
  const { other } = own.at;
  const echo = new URL("/", echoOf(target));
  const neighbour = new URL(other.prefix, other.origin);
  const mine = await attacker.evaluate<string>('(document.cookie = "own=1; Path=/", document.cookie)');
  probe.expect(
    mine.includes("own=1") && !mine.includes(sessionCookie),
    "a notebook's page sees its own cookies, and no session",
    `a notebook's page should see its own cookies and no session; it saw ${mine.includes(sessionCookie) ? "the session" : "none"}`,
  );

  // Where there is somebody else who may sign in, theirs.
  const author = target.people[1] ?? somebody(target);
  const atGate = (await signIn(target, author, echo, signal)).jar.header(echo, "/");
  const ofNotebooks = (await signIn(target, author, neighbour, signal)).jar.header(other.origin, other.prefix);
  const common = commonDomain(domain, target.gate.hostname);
  const tosses: [what: string, cookie: string, attributes: string][] = [
    ["another session of notebooks for all of them, at a longer path", ofNotebooks, `Domain=${domain}; Path=/notebook`],
    ["another session of the gate for the domain above both", atGate, `Domain=${common}; Path=/`],
    ["another session of the gate for the gate's domain", atGate, `Domain=${target.gate.hostname}; Path=/`],
    ["another session of notebooks for all of them", ofNotebooks, `Domain=${domain}; Path=/`],
    ["something under the session's name", `${sessionCookie}=x`, `Domain=${common}; Path=/`],
  ];
  for (const [what, cookies, attributes] of tosses.slice(0, most)) {
    for (const url of [echo, neighbour]) {
      await comesIn(context, browser, url, `before ${what}`);
    }
    const before = (await browser.cookies()).length;
    await toss(attacker, cookies, attributes);
    probe.seen(`${what}: the browser ${(await browser.cookies()).length > before ? "takes" : "doesn't take"} it`);
    for (const url of [echo, neighbour]) {
      await comesIn(context, browser, url, `after ${what}`);
    }
  }
}

/**
 * The victim opens a page, at once or after another sign-in, and is who they are. What was tossed before a sign-in makes two sessions
 * at its end, and goes with them: then it takes one more.
 */
async function comesIn(
  { target, probe }: CheckContext,
  browser: BrowserContext,
  url: URL,
  what: string,
): Promise<void> {
  const person = somebody(target);
  const tab = await browser.newPage();
  try {
    let answer = await visit(tab, url);
    let signIns = 0;
    while (answer.status() !== 200 && signIns < 2) {
      signIns += 1;
      answer = await signInWith(tab, target, person, url);
    }
    const user = (await seenBy(answer))?.user;
    probe.expect(
      user === person.email,
      `${what} the victim uses ${url.hostname}, signed in again ${signIns} times`,
      `${what} the victim should use ${url.hostname}; it answered ${answer.status()}${user === undefined ? "" : ` to ${user ?? "nobody"}`}`,
    );
  } finally {
    await tab.close();
  }
}
