import { type Check, type CheckContext, type Person } from "../../check";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { sessionsGivenBy } from "../../signIn/cookies";
import { isOwn } from "../../signIn/follow";
import { askWith, pageHeaders, redirectOf } from "../../signIn/hop";
import { notArrived, protectedPage } from "../../signIn/page";
import { jarFrom } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { refusedCallback, valueOf, withQuery } from "./callback";

/** Hosts that `state` may not lead to after a sign-in. */
const elsewhere = ["https://example.com/", "//example.com/", "/\\example.com/"];

/** `state` ties the answer of Dex to the browser that asked. */
export const callbackState: Check = {
  area: "login",
  name: "callback-state",
  proves:
    "A sign-in that comes back with a missing, empty or changed state or code, or with an error, signs nobody in, and an address changed within state leads to no other host; the untouched callback of the same sign-in then works.",
  mend: "This is oauth2-proxy's own: look at its version (stacks/lock), at skip_provider_button and whitelist_domains, and for something that answers /oauth2/callback in its place.",
  exercises: ["oauth2-proxy", "Dex"],
  needs: ["sessions", "user"],
  timeout: 120,
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const { attempt, callback } = await begin(context, person);
    const state = valueOf(callback, "state");
    const code = valueOf(callback, "code");
    const wrong: [what: string, url: URL][] = [
      ["without state", withQuery(callback, { state: undefined })],
      ["with an empty state", withQuery(callback, { state: "" })],
      ["with the first character of its state changed", withQuery(callback, { state: changed(state, 0) })],
      [
        "with a state that nobody gave",
        withQuery(callback, { state: `${"A".repeat(43)}:${protectedPage(target).href}` }),
      ],
      ["without a code", withQuery(callback, { code: undefined })],
      ["with a code that nobody gave", withQuery(callback, { code: changed(code, 3) })],
      ["with an error in place of the code", withQuery(callback, { code: undefined, error: "access_denied" })],
    ];
    for (const [what, url] of wrong) {
      await refusedCallback(context, what, jarFrom(attempt.hops), url);
    }
    const fault = notArrived(target, await attempt.finish(callback), person);
    probe.expect(
      fault === undefined,
      "the untouched callback of the same sign-in works",
      `the untouched callback of the same sign-in should work, or nothing was refused for its state; it came to ${fault}`,
    );

    // oauth2-proxy finds the CSRF cookie by the first characters of state and compares the rest when it has redeemed the
    // code, so this one has a sign-in of its own.
    const other = await begin(context, person);
    const later = withQuery(other.callback, { state: changed(valueOf(other.callback, "state"), 20) });
    await refusedCallback(context, "with a later character of its state changed", other.attempt.jar, later);

    for (const address of elsewhere) {
      const { attempt: tricked, callback: url } = await begin(context, person);
      const [nonce = ""] = valueOf(url, "state").split(":");
      const forged = withQuery(url, { state: `${nonce}:${address}` });
      const answer = await askWith(target, tricked.jar, forged, `${forged.pathname}${forged.search}`, {
        headers: pageHeaders,
        signal,
      });
      const to = redirectOf({ url: forged, answer });
      probe.expect(
        to === undefined ? sessionsGivenBy(answer).length === 0 : isOwn(target, to),
        `a state with the address ${address} leads to no other host`,
        `a state with the address ${address} should lead to no other host; it was ${answer.status}${to === undefined ? "" : ` to ${to.host}`}`,
      );
    }
  },
};

async function begin({ target, signal }: CheckContext, person: Person) {
  const attempt = new Attempt(target, new Jar(), protectedPage(target), signal);
  await attempt.toForm();
  return { attempt, callback: await attempt.toCallback(person) };
}

function changed(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
}
