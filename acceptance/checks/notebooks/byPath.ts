import { type BrowserContext } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { seenBy, signInWith } from "../../signIn/inBrowser";
import { echoOf, somebody } from "../../tokens/parts";
import { answerTo, attempts } from "../origins/broughtAbout";
import { handshakeOf } from "./attack/handshake";
import { readings, reads } from "./attack/reading";
import { pageAt } from "./attackersPage";

/** Of a notebook and of a colleague's, as Kubeflow has them below the dashboard's host. */
const own = "/notebook/gatehouse-verify/lab/";
const colleagues = "/notebook/gatehouse-verify-other/lab/";

/**
 * What hosts of their own are for: the very attempts of `attackers-page`, where notebooks have none. Nothing is refused, because
 * for a browser a notebook is the dashboard. It breaks nothing: what it sends leads to paths that nobody serves.
 */
export const byPath: Check = {
  area: "notebooks",
  name: "by-path",
  proves:
    "Where notebooks are paths of the gate's host, a notebook's page in Chromium has everything done there with its visitor's session that notebooks/attackers-page tries: it calls the pipelines' API and a colleague's notebook, reads who somebody is, and opens websockets. So these attempts are real ones, and hosts of their own are what refuses them.",
  mend: "This is no fault of the gate's rules for pages of other origins: a page of the same origin was refused, which Kubeflow's dashboard is, too. See documents/gateway/cross-origin.lua.",
  exercises: ["browser", "gateway", "oauth2-proxy", "Dex"],
  needs: ["user", "sessions", "echo", "browser", "notebook-paths"],
  timeout: 300,
  run: (context) => withBrowser(context, (browser) => byPathIn(context, browser)),
};

export async function byPathIn(
  context: CheckContext,
  browser: BrowserContext,
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
  const attacker = await pageAt(browser, new URL(`${own}attack`, gate));
  const victims = [
    { what: "the pipelines' API", path: "/pipeline/apis/v2beta1/runs" },
    { what: "a colleague's notebook", path: `${colleagues}api/contents` },
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
  const userinfo = new URL("/oauth2/userinfo", gate);
  for (const { what, script } of readings) {
    probe.expect(
      await reads(attacker, userinfo, person.email, script),
      `${what} of a notebook's page reads who its visitor is`,
      `${what} of a notebook's page should read who its visitor is at ${userinfo.pathname}, as the dashboard can; it did not`,
    );
  }
  for (const path of ["/gatehouse-verify/terminals", `${colleagues}api/kernels/1/channels`]) {
    const came = await handshakeOf(attacker, new URL(path, gate));
    probe.expect(
      came !== "403" && came !== "401" && came !== "nothing",
      `a websocket of a notebook's page to ${path}: ${came}`,
      `a websocket of a notebook's page to ${path} should go on with the session; it got ${came}`,
    );
  }
}
