import { type Check } from "../../check";
import { inParallel } from "../../http/inParallel";
import { header } from "../../http/request";
import { askWith } from "../../signIn/hop";
import { showsToken } from "../../signIn/leaks";
import { notArrived, open, protectedPage } from "../../signIn/page";
import { copyOf, signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

/** Paths of oauth2-proxy and Dex, and paths that look like theirs. */
const paths = [
  "/",
  "/oauth2/",
  "/oauth2/anything",
  "/oauth2/auth",
  "/oauth2/auth?allowed_groups=everyone",
  "/oauth2/auth/",
  "/oauth2/%61uth",
  "/oauth2//auth",
  "/oauth2/./auth",
  "/oauth2/userinfo",
  "/oauth2/sign_in",
  "/oauth2/sign_out/",
  "/oauth2/sign_out;a=b",
  "/oauth2/sign%255Fout",
  "/oauth2/start/",
  "/oauth2/callback/",
  "/oauth2/static/",
  "/oauth2/robots.txt",
  "/oauth2/ping",
  "/oauth2/check/oauth2/auth",
  "/check/oauth2/auth",
  "/check/",
  "/dex/",
  "/dex/userinfo",
  "/dex/token/introspect",
];

const methods = ["GET", "HEAD", "POST", "OPTIONS"] as const;

/** What HttpOnly is for: a script in the page may use the session, but not carry it away. */
export const tokenStays: Check = {
  area: "login",
  name: "token-stays",
  proves:
    "No answer of the gate shows the person's token to the browser, on whatever path and by whatever method, so that no script of an application on the gate host can read it.",
  mend: "oauth2-proxy answers every path that it does not know, and /oauth2/auth, with the ID token in the header Authorization, which is for the gateway alone: let components/routes.ts send only start, callback and sign_out to it, and let documents/gateway/envoyFilter.ts remove `authorization` from answers.",
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: ["sessions", "user"],
  timeout: 120,
  async run({ target, probe, signal }) {
    const person = somebody(target);
    const page = protectedPage(target);
    const session = await signIn(target, person, page, signal);
    // One of the paths signs out, and a server that keeps the sessions then has it no more. Signed in one after the other,
    // because Dex may turn down one of two sign-ins of a person at the same moment (docs/10-identity-providers.md).
    const own = new Map<string, typeof session>();
    for (const path of target.keptSessions === true ? paths : []) {
      own.set(path, await signIn(target, person, page, signal));
    }
    await inParallel(paths, async (path) => {
      const shown: string[] = [];
      for (const method of methods) {
        const answer = await askWith(target, copyOf(own.get(path) ?? session), target.gate, path, {
          method,
          headers: [["Accept", "*/*"], ...(method === "POST" ? [["Content-Length", "0"] as const] : [])],
          signal,
        });
        const places = new Set([
          ...showsToken(answer),
          ...(header(answer, "authorization") === undefined ? [] : ["authorization"]),
        ]);
        shown.push(...[...places].map((place) => `${method} ${answer.status} in ${place}`));
      }
      probe.expect(
        shown.length === 0,
        `${methods.join(", ")} ${path} show no token`,
        `${path} with a session should show no token to the browser; it did: ${shown.join(", ")}`,
      );
    });
    for (const url of [page, new URL(target.gate)]) {
      const hop = await open(target, copyOf(session), url, signal);
      const fault = notArrived(target, hop, person);
      probe.expect(
        fault === undefined,
        `the session passes at ${url.href}`,
        `the session should pass at ${url.href}; it came to ${fault}`,
      );
      const shown = showsToken(hop.answer);
      probe.expect(
        shown.length === 0,
        `${url.href} shows no token`,
        `${url.href} shows a token in ${shown.join(", ")}`,
      );
    }
  },
};
