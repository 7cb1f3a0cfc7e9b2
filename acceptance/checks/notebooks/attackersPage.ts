import { type BrowserContext, type Page } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { seenBy, signInWith, visit } from "../../signIn/inBrowser";
import { echoOf, somebody } from "../../tokens/parts";
import { answerTo, attempts } from "../origins/broughtAbout";
import { cookieTossing } from "./attack/cookieTossing";
import { reading } from "./attack/reading";
import { handshakeOf } from "./attack/handshake";
import { attackersNotebook, attackPath, attackTitle } from "./own/attackersNotebook";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";
import { bytesPath, streamingNotebook } from "./own/streamingNotebook";

/** What this is all for: a notebook that somebody was talked into opening, and that wants the rest of what they may do. */
export const attackersPage: Check = {
  area: "notebooks",
  name: "attackers-page",
  proves:
    "In Chromium, with sessions at the gate and at notebooks, a page that a notebook shows reads nothing of the gate, of an application or of another notebook, has nothing done there, opens no websocket there, sees no session, and costs nobody theirs by cookies; the same page on the gate's host does all of it.",
  mend: "The gateway's rules for pages of other origins (documents/gateway/cross-origin.lua), its answers' Content-Security-Policy and Cross-Origin-Opener-Policy (documents/gateway/envoyFilter.ts), and documents/gateway/two-sessions.lua.",
  exercises: ["browser", "gateway", "oauth2-proxy", "Dex"],
  needs: ["cluster", "notebooks", "user", "sessions", "echo", "browser"],
  timeout: 600,
  run: (context) =>
    withNotebooks(context, [attackersNotebook("lab")], (attackers) =>
      // A colleague's, in a namespace that is not the attacker's.
      withNotebooks(context, [streamingNotebook("other")], (others) =>
        withBrowser(context, (browser) =>
          attackersPageIn(context, browser, { ...attackers, at: { ...attackers.at, ...others.at } }),
        ),
      ),
    ),
};

type Way = (typeof attempts)[number];

/** How much of it is tried; everything by default. */
interface Extent {
  ways?: readonly Way[];
  /** How many cookies are tossed. */
  tosses?: number;
}

export type AttackedNotebooks = OwnNotebooks<"lab" | "other">;

/** What is attacked: where it is, and what its own page may do there. */
interface Victim {
  what: string;
  url: URL;
  /** Its own page, as the control. */
  page: Page;
}

export async function attackersPageIn(
  context: CheckContext,
  browser: BrowserContext,
  own: AttackedNotebooks,
  { ways = attempts, tosses }: Extent = {},
): Promise<void> {
  const { target, probe } = context;
  const { gate } = target;
  const { lab, other } = own.at;
  const person = somebody(target);
  const tab = await browser.newPage();
  for (const start of [new URL("/", echoOf(target)), new URL(lab.prefix, lab.origin)]) {
    const arrival = await signInWith(tab, target, person, start);
    probe.expect(
      (await seenBy(arrival))?.user === person.email,
      `the victim is signed in at ${start.hostname}`,
      `the victim should be signed in at ${start.hostname}; it answered ${arrival.status()}`,
    );
  }

  const attacker = await ownPage(browser, new URL(`${lab.prefix}${attackPath}`, lab.origin));
  // What a notebook's page is where notebooks are below the gate's host.
  const atGate = await pageAt(browser, new URL(`${lab.prefix}${attackPath}`, gate));
  const victims: Victim[] = [
    { what: "the gate", url: new URL("/pipeline/apis/v2beta1/runs", gate), page: atGate },
    {
      what: "another notebook",
      url: new URL(`${other.prefix}api/contents`, other.origin),
      page: await pageAt(browser, new URL(`${other.prefix}attack`, other.origin)),
    },
    {
      what: "an application",
      url: new URL("/api/attacked", echoOf(target)),
      page: await pageAt(browser, new URL("/gatehouse-verify/own", echoOf(target))),
    },
  ];
  for (const victim of victims) {
    await everythingSent(context, attacker, victim, ways);
  }
  await reading(context, { attacker, own: atGate }, new URL("/oauth2/userinfo", gate));
  await reading(context, { attacker, own: victims[1]?.page ?? atGate }, new URL(`${other.prefix}lab`, other.origin));
  await websocketsOf(context, attacker, [
    { what: "the gate", url: new URL("/gatehouse-verify/terminals", gate), page: atGate },
    {
      what: "a kernel of another notebook",
      url: new URL(`${other.prefix}${bytesPath}`, other.origin),
      page: victims[1]?.page ?? atGate,
    },
  ]);
  await cookieTossing(context, browser, attacker, own, tosses);
}

/** The page that the attacker's notebook shows. */
export async function ownPage(browser: BrowserContext, url: URL): Promise<Page> {
  const page = await browser.newPage();
  const answer = await visit(page, url);
  if (answer.status() !== 200 || (await page.title()) !== attackTitle) {
    throw new Error(`the attacker's notebook should show its page at ${url.href}; it answered ${answer.status()}`);
  }
  return page;
}

/**
 * A page that nobody serves: the browser is handed it, and believes that it is where it is. With what the gateway adds to every page,
 * without which a tab that it opens would be cut off from its own origin, too.
 */
export async function pageAt(browser: BrowserContext, url: URL): Promise<Page> {
  const page = await browser.newPage();
  await page.route(url.href, (route) =>
    route.fulfill({
      contentType: "text/html",
      headers: { "cross-origin-opener-policy": "same-origin-allow-popups" },
      body: "<!doctype html><body></body>",
    }),
  );
  await visit(page, url);
  return page;
}

/** Each way in which a page has its visitor's browser send something: it gets 403, and the victim's own page something else. */
async function everythingSent(
  { probe }: CheckContext,
  attacker: Page,
  { what, url, page }: Victim,
  ways: readonly Way[],
): Promise<void> {
  for (const [index, { what: how, script }] of ways.entries()) {
    const statusOf = async (from: Page, whose: string) => {
      const asked = new URL(`?${whose}=${index}`, url).href;
      await from.goto(from.url());
      return answerTo(from, asked, script(JSON.stringify(asked)));
    };
    const came = await statusOf(attacker, "attack");
    probe.expect(
      came === 403,
      `${how} of a notebook's page to ${what}: 403`,
      `${how} of a notebook's page to ${what} should get 403; it got ${came ?? "no answer"}`,
    );
    const control = await statusOf(page, "own");
    probe.expect(
      control !== undefined && control !== 403,
      `${how} of a page there: ${control}`,
      `${how} of a page of ${what} itself should pass, or this proves nothing; it got ${control ?? "no answer"}`,
    );
  }
}

export async function websocketsOf({ probe }: CheckContext, attacker: Page, victims: readonly Victim[]): Promise<void> {
  for (const { what, url, page } of victims) {
    const came = await handshakeOf(attacker, url);
    probe.expect(
      came === "403",
      `a websocket of a notebook's page to ${what}: 403`,
      `a websocket of a notebook's page to ${what} should get 403; it got ${came}`,
    );
    const control = await handshakeOf(page, url);
    probe.expect(
      control !== "403" && control !== "nothing",
      `a websocket of a page there: ${control}`,
      `a websocket of a page of ${what} itself should pass, or this proves nothing; it got ${control}`,
    );
  }
}
