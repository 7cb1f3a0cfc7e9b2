import { type Check, type CheckContext, type Person } from "../../check";
import { inParallel } from "../../http/inParallel";
import { cookiesOf } from "../../http/jar";
import { ask } from "../../http/request";
import { isCsrf, isDeletion, sessionHeader, sessionsGivenBy, sessionValue } from "../../signIn/cookies";
import { pageHeaders } from "../../signIn/hop";
import { notArrived, protectedPage, refused } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { forgeries } from "./forgeries";

/** The cookie is the session, so whoever could write one would be anybody. */
export const forgedSessions: Check = {
  area: "login",
  name: "forged-sessions",
  proves:
    "A session's cookie that was changed, cut short, made younger, signed with another key or made of another cookie of the gate is refused like none, with 401 or 403, and never with an error of the server.",
  mend: "The cookie's secret must be the deployment's own (rotation.cookieSecret makes a new one) and session_store_type must be cookie; an error 5xx comes from oauth2-proxy or from the extension provider's timeout: kubectl logs -n auth deploy/oauth2-proxy.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions", "user"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const { jar, hops } = await signIn(target, person, protectedPage(target), signal);
    const csrf = hops
      .flatMap(({ answer }) => cookiesOf(answer))
      .find((cookie) => isCsrf(cookie) && !isDeletion(cookie));
    if (csrf === undefined) {
      throw new Error("the sign-in set no CSRF cookie");
    }
    const session = sessionValue(jar.cookies);
    await passes(context, person, session);
    await inParallel(forgeries(session, csrf), async ({ what, value }) => {
      for (const [kind, headers] of [
        ["page", pageHeaders] as const,
        ["call", [["Accept", "application/json"]]] as const,
      ]) {
        const url = protectedPage(target);
        const answer = await ask(target, url, "/", {
          headers: [...headers, sessionHeader(value)],
          signal,
        });
        probe.expect(
          refused(answer) && sessionsGivenBy(answer).length === 0,
          `a ${kind} with a session ${what} is ${answer.status}`,
          `a ${kind} with a session ${what} should be refused with 401 or 403; it was ${answer.status}`,
        );
      }
    });
    // Whatever was tried, the good one still is good: what was refused was refused for itself.
    await passes(context, person, session);
  },
};

async function passes({ target, probe, signal }: CheckContext, person: Person, session: string): Promise<void> {
  const url = protectedPage(target);
  const headers = [...pageHeaders, sessionHeader(session)];
  const fault = notArrived(target, { url, answer: await ask(target, url, "/", { headers, signal }) }, person);
  probe.expect(
    fault === undefined,
    "the session as it was given passes",
    `the session as it was given should pass; it came to ${fault}`,
  );
}
