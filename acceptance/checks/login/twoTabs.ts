import { type Check } from "../../check";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { isCsrf } from "../../signIn/cookies";
import { notArrived, protectedPage } from "../../signIn/page";
import { somebody } from "../../tokens/parts";

/** Whose sign-in ends first: the one that began first, or the other. */
const orders = [
  { what: "in the order in which they began", order: [0, 1] },
  { what: "the other way round", order: [1, 0] },
] as const;

/** A browser that restores its tabs begins a sign-in in each of them. */
export const twoTabs: Check = {
  area: "login",
  name: "two-tabs",
  proves: "Two tabs of one browser that sign in at once both come back, each to its own page, whichever ends first.",
  mend: "cookie_csrf_per_request must be true: with one CSRF cookie for all, the second tab's sign-in overwrites the first one's.",
  exercises: ["oauth2-proxy", "Dex"],
  needs: ["sessions", "user"],
  timeout: 120,
  async run({ target, probe, signal }) {
    const person = somebody(target);
    for (const { what, order } of orders) {
      const jar = new Jar();
      const tabs = [1, 2].map((tab) => new Attempt(target, jar, protectedPage(target, `/?tab=${tab}`), signal));
      for (const tab of tabs) {
        await tab.toForm();
      }
      const callbacks: URL[] = [];
      for (const tab of tabs) {
        callbacks.push(await tab.toCallback(person));
      }
      for (const index of order) {
        const [tab, callback] = [tabs[index], callbacks[index]];
        const name = `tab ${index + 1}, ${what}`;
        if (tab === undefined || callback === undefined) {
          throw new Error("a tab was lost");
        }
        try {
          const fault = notArrived(target, await tab.finish(callback), person);
          probe.expect(fault === undefined, `${name}, came back`, `${name}, should come back; it came to ${fault}`);
        } catch (error) {
          signal.throwIfAborted();
          probe.wrong(`${name}, should come back; ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      const left = jar.cookies.filter(isCsrf).length;
      probe.expect(
        left === 0,
        `${what}: no CSRF cookie is left`,
        `${what}: ${left} CSRF cookies are left, and should be none`,
      );
    }
  },
};
