import { randomBytes } from "node:crypto";
import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { ask, headersNamed } from "../../http/request";
import { sessionCookie } from "../../signIn/cookies";
import { pageHeaders } from "../../signIn/hop";
import { refused } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { echoOf, somebody } from "../../tokens/parts";

/** What a script of another host can do to a person's session: set a second cookie of its name. */
export const twoSessions: Check = {
  area: "origins",
  name: "two-sessions",
  proves:
    "Where a browser sends two different sessions, nobody is signed in, whichever comes first, and the browser is told to forget its cookies; then a person can sign in again.",
  mend: "The filter gatehouse.two_sessions of EnvoyFilter ingress/gatehouse (documents/gateway/two-sessions.lua) has to run before the check of the session.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "sessions", "echo"],
  async run({ target, probe, signal }) {
    const echo = echoOf(target);
    const person = somebody(target);
    const [first, second] = await Promise.all(
      [1, 2].map(async () => (await signIn(target, person, new URL("/", echo), signal)).jar.header(echo, "/")),
    );
    const asked = (cookie: string) =>
      ask(target, echo, "/", { headers: [...pageHeaders, ["Cookie", cookie] as const], signal });
    const junk = `${sessionCookie}=${randomBytes(60).toString("base64")}`;
    const tries: [what: string, cookie: string][] = [
      ["somebody's session before the own", `${second}; ${first}`],
      ["somebody's session behind the own", `${first}; ${second}`],
      ["something else before the own", `${junk}; ${first}`],
      ["something else behind the own", `${first}; ${junk}`],
      ["an empty one behind the own", `${first}; ${sessionCookie}=`],
      ["one in parts behind the own", `${first}; ${sessionCookie}_0=x`],
      ["a name with a blank before the own", `${sessionCookie} =x; ${first}`],
    ];
    await inParallel(tries, async ([what, cookie]) => {
      const answer = await asked(cookie);
      probe.expect(
        refused(answer),
        `with ${what} nobody is signed in`,
        `with ${what} nobody should be signed in; it was status ${answer.status}`,
      );
      const told = headersNamed(answer, "clear-site-data");
      probe.expect(
        told.join() === '"cookies"',
        `with ${what} the browser is told to forget its cookies`,
        `with ${what} the answer should say Clear-Site-Data: "cookies"; it said ${told.join() || "nothing"}`,
      );
    });
    for (const [what, cookie] of [
      ["the own session", first ?? ""],
      ["the own session twice", `${first}; ${first}`],
    ] as const) {
      const answer = await asked(cookie);
      probe.expect(
        seenByBackend(answer)?.user === person.email && headersNamed(answer, "clear-site-data").length === 0,
        `with ${what} a person is signed in`,
        `with ${what} a person should be signed in, and nothing be forgotten; it was status ${answer.status}`,
      );
    }
  },
};
