import { type Check, type CheckContext } from "../../check";
import { cookiesOf, Jar } from "../../http/jar";
import { isCsrf, isSession, sessionsGivenBy } from "../../signIn/cookies";
import { follow } from "../../signIn/follow";
import { posted } from "../../signIn/hop";
import { showsToken } from "../../signIn/leaks";
import { isSignInPage, notArrived, open, protectedPage, refused } from "../../signIn/page";
import { copyOf, signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

const ways = ["/oauth2/sign_out", "/logout"].flatMap((path) => [
  { path, method: "GET" },
  { path, method: "POST" },
]);

/** What docs/1 promises, by each way that there is. */
export const signOut: Check = {
  area: "login",
  name: "sign-out",
  proves:
    "/oauth2/sign_out and /logout, by GET and by POST, with a session and without one, delete the session's cookie and end on the sign-in page, without a loop, without a CSRF cookie and without starting a new sign-in; then the page needs an identity again.",
  mend: "/logout is a redirect in components/routes.ts; where oauth2-proxy's sign-out ends is decided by documents/gateway/identity-headers.lua and by the route for paths that nobody serves (documents/gateway/envoyFilter.ts).",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions", "user"],
  timeout: 120,
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const start = protectedPage(target);
    const session = await signIn(target, person, start, signal);
    const fault = notArrived(target, await open(target, copyOf(session), start, signal), person);
    probe.expect(
      fault === undefined,
      "before, the session works",
      `before signing out the session should work; it came to ${fault}`,
    );
    for (const way of ways) {
      await signOutBy(context, way, copyOf(session), "with a session");
      await signOutBy(context, way, new Jar(), "without a session");
    }
  },
};

async function signOutBy(
  { target, probe, signal }: CheckContext,
  { path, method }: (typeof ways)[number],
  jar: Jar,
  state: string,
): Promise<void> {
  const what = `${method} ${path} ${state}`;
  const how = method === "POST" ? posted({}) : {};
  const { hops, last, stuck } = await follow(target, jar, new URL(path, target.gate), { ...how, signal });
  const where = `${last.url.origin}${last.url.pathname} with status ${last.answer.status}`;
  probe.expect(
    stuck === undefined &&
      last.answer.status === 403 &&
      last.url.host === target.gate.host &&
      isSignInPage(last.answer),
    `${what} ends on the sign-in page`,
    `${what} should end on the sign-in page; it ended at ${where}${stuck === undefined ? "" : `: ${stuck}`}`,
  );
  const cookies = hops.flatMap(({ answer }) => cookiesOf(answer));
  probe.expect(
    !cookies.some(isCsrf),
    `${what} sets no CSRF cookie`,
    `${what} should set no CSRF cookie; it set ${cookies.filter(isCsrf).length}`,
  );
  const begun = hops.slice(1).find(({ url }) => /^\/(oauth2\/(start|callback|sign_in)|dex\/)/.test(url.pathname));
  probe.expect(
    begun === undefined,
    `${what} starts no sign-in`,
    `${what} should start no sign-in; it went on to ${begun?.url.pathname}`,
  );
  const leaks = hops.flatMap(({ answer }) => showsToken(answer));
  probe.expect(leaks.length === 0, `${what} shows no token`, `${what} shows a token in ${leaks.join(", ")}`);
  const left = jar.cookies.filter(isSession).map(({ name }) => name);
  probe.expect(
    left.length === 0 && hops.every(({ answer }) => sessionsGivenBy(answer).length === 0),
    `${what} leaves no session in the browser`,
    `${what} should delete the session's cookies; the browser still has ${left.join(", ") || "none, but got one on the way"}`,
  );
  const page = protectedPage(target);
  const { answer } = await open(target, jar, page, signal);
  probe.expect(
    refused(answer),
    `after ${what} the page needs an identity`,
    `after ${what} ${page.href} should be refused; it answered ${answer.status}`,
  );
}
