import { type Check } from "../../check";
import { cookiesOf } from "../../http/jar";
import { cookieDomain, cookieFaults, isCsrf, isDeletion, isSession, signedInMark } from "../../signIn/cookies";
import { follow } from "../../signIn/follow";
import { type Hop } from "../../signIn/hop";
import { open, protectedPage, refused } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

/** Every cookie that the gate itself sets, from the first refusal to the end of the session. */
export const sessionCookies: Check = {
  area: "login",
  name: "cookies",
  proves:
    "Every cookie that the gate sets or takes away is Secure, HttpOnly, SameSite=Lax, has the path / and the prefix __Secure- with the documented domain, or __Host- without one, and is small enough for a browser to keep.",
  mend: "cookie_secure, cookie_httponly, cookie_samesite, cookie_domains and cookie_name in documents/oauth2-proxy; the domain is the setting sessions.cookieDomain, by default `domain`.",
  exercises: ["oauth2-proxy", "Dex"],
  needs: ["sessions", "user"],
  async run({ target, probe, signal }) {
    const start = protectedPage(target);
    const session = await signIn(target, somebody(target), start, signal);
    const own = session.hops.filter(({ url }) => isSignInPath(target.gate, url));
    const { hops: signedOut } = await follow(target, session.jar, new URL("/oauth2/sign_out", target.gate), { signal });
    const after = await open(target, session.jar, start, signal);
    const hops: Hop[] = [...own, ...signedOut, ...(refused(after.answer) ? [after] : [])];

    const domain = cookieDomain(target);
    const kinds = { session: 0, deleted: 0, csrf: 0, mark: 0, unmarked: 0 };
    for (const { url, answer } of hops) {
      for (const cookie of cookiesOf(answer)) {
        const faults = cookieFaults(cookie, domain);
        const which = `${cookie.name} from ${url.origin}${url.pathname}`;
        probe.expect(faults.length === 0, `${which} has every attribute`, `${which}: ${faults.join("; ")}`);
        if (isSession(cookie)) {
          kinds[isDeletion(cookie) ? "deleted" : "session"] += 1;
        } else if (isCsrf(cookie)) {
          kinds.csrf += 1;
        } else if (cookie.name === signedInMark) {
          kinds[isDeletion(cookie) ? "unmarked" : "mark"] += 1;
        }
        if (isSession(cookie) && !isDeletion(cookie)) {
          probe.figure(`size of ${cookie.name}`, cookie.value.length, "bytes");
        }
      }
    }
    probe.expect(
      kinds.session > 0,
      "the sign-in set the session's cookie",
      "no answer of the sign-in set the session's cookie",
    );
    probe.expect(kinds.csrf > 0, "the sign-in set a CSRF cookie", "no answer of the sign-in set a CSRF cookie");
    probe.expect(
      kinds.mark > 0 && kinds.unmarked > 0,
      "the sign-in left a mark at the gate's host, and the sign-out took it away",
      `the sign-in should leave ${signedInMark} at the gate's host, and the sign-out take it away; ${kinds.mark} answers set it, ${kinds.unmarked} took it away`,
    );
    probe.expect(
      kinds.deleted > 0,
      "the sign-out took the session's cookie away",
      "no answer of the sign-out took the session's cookie away",
    );
  },
};

function isSignInPath(gate: URL, { host, pathname }: URL): boolean {
  return host === gate.host && /^\/(oauth2|dex)\//.test(pathname);
}
