import { type BrowserContext } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { seenBy, signInWith } from "../../signIn/inBrowser";
import { echoOf, somebody } from "../../tokens/parts";
import { answerTo, attempts } from "../origins/broughtAbout";
import { handshakeOf } from "./attack/handshake";
import { readings, reads } from "./attack/reading";
import { type AttackedNotebooks, ownPage } from "./attackersPage";
import { attackersNotebook, attackPath } from "./own/attackersNotebook";
import { withNotebooks } from "./own/ownNotebooks";
import { bytesPath, streamingNotebook } from "./own/streamingNotebook";

/**
 * What hosts of their own are for: the very attempts of `attackers-page`, by the same notebook, where notebooks have none. Nothing is
 * refused, because for a browser a notebook is the dashboard. It breaks nothing: what it sends leads to the suite's own.
 */
export const byPath: Check = {
  area: "notebooks",
  name: "by-path",
  proves:
    "Where notebooks are paths of the gate's host, a page that a notebook shows in Chromium has everything done there with its visitor's session that notebooks/attackers-page tries: it calls paths of the pipelines' API and another notebook, reads who somebody is, there and at the gate, and opens a websocket of that notebook. So these attempts are real ones, and hosts of their own are what refuses them.",
  mend: "This is no fault of the gate's rules for pages of other origins: a page of the same origin was refused, which Kubeflow's dashboard is, too. See documents/gateway/cross-origin.lua. The gate has to take routes of --notebook-namespace (ingress.applicationNamespaces).",
  exercises: ["browser", "gateway", "oauth2-proxy", "Dex", "sidecar"],
  needs: ["cluster", "user", "sessions", "echo", "browser", "notebook-paths"],
  timeout: 420,
  run: (context) =>
    withNotebooks(context, [attackersNotebook("lab"), streamingNotebook("other")], (own) =>
      withBrowser(context, (browser) => byPathIn(context, browser, own)),
    ),
};

export async function byPathIn(
  context: CheckContext,
  browser: BrowserContext,
  { at: { lab, other } }: AttackedNotebooks,
  ways: readonly (typeof attempts)[number][] = attempts,
): Promise<void> {
  const { target, probe } = context;
  const { gate } = target;
  const person = somebody(target);
  const arrival = await signInWith(await browser.newPage(), target, person, new URL("/", echoOf(target)));
  probe.expect(
    (await seenBy(arrival))?.user === person.email,
    "the victim is signed in",
    `the victim should be signed in; the application answered ${arrival.status()}`,
  );
  const attacker = await ownPage(browser, new URL(`${lab.prefix}${attackPath}`, lab.origin));
  const victims = [
    { what: "the pipelines' API", path: "/pipeline/apis/v2beta1/runs" },
    { what: "another notebook", path: `${other.prefix}api/contents` },
  ];
  for (const { what, path } of victims) {
    for (const [index, { what: how, script }] of ways.entries()) {
      const asked = new URL(`${path}?attack=${index}`, gate).href;
      await attacker.goto(attacker.url());
      const came = await answerTo(attacker, asked, script(JSON.stringify(asked)));
      probe.expect(
        came !== undefined && came !== 401 && came !== 403,
        `${how} of a notebook's page to ${what}: ${came}`,
        `${how} of a notebook's page to ${what} should go on with the session, as from the dashboard; it got ${came ?? "no answer"}`,
      );
    }
  }
  for (const url of [new URL("/oauth2/userinfo", gate), new URL(`${other.prefix}whose`, other.origin)]) {
    for (const { what, script } of readings) {
      probe.expect(
        await reads(attacker, url, person.email, script),
        `${what} of a notebook's page reads who its visitor is at ${url.pathname}`,
        `${what} of a notebook's page should read who its visitor is at ${url.pathname}, as the dashboard can; it did not`,
      );
    }
  }
  const kernel = await handshakeOf(attacker, new URL(`${other.prefix}${bytesPath}`, other.origin));
  probe.expect(
    kernel !== "403" && kernel !== "401" && kernel !== "404" && kernel !== "nothing",
    `a websocket of a notebook's page to another notebook: ${kernel}`,
    `a websocket of a notebook's page to another notebook should open with the session; it got ${kernel}`,
  );
}
