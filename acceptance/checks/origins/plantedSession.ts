import { type Check, type CheckContext } from "../../check";
import { cookiesOf } from "../../http/jar";
import { ask, headersNamed, type HeaderList } from "../../http/request";
import { isSession, signedInMark } from "../../signIn/cookies";
import { askWith, pageHeaders } from "../../signIn/hop";
import { protectedPage, refused } from "../../signIn/page";
import { type Session, signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

const byScript: HeaderList = [["Accept", "application/json"]];
const page = "/gatehouse-verify";
const call = "/gatehouse-verify/apis/v1";

const cookieOf = (parts: readonly string[]) => ["Cookie", parts.filter((part) => part !== "").join("; ")] as const;

/** What a browser has of a session, without what tells that somebody signed in. */
const sessionOf = ({ jar }: Session) => jar.cookies.filter(isSession).map(({ name, value }) => `${name}=${value}`);

/** Two sessions are none, but one is one: a script of another host can set its author's where a person has none, and a server in its place. */
export const plantedSession: Check = {
  area: "origins",
  name: "planted-session",
  proves:
    "At the gate's host a session counts where the browser has the mark that a sign-in left there, for the one who signed in: without it, with what other hosts can set in its place, or with somebody else's it is none, and somebody else's is forgotten.",
  mend: "The filters gatehouse.signed_in_here, before the check of the session, and gatehouse.signed_in_as, behind it, of EnvoyFilter ingress/gatehouse (documents/gateway/signed-in-here.lua, signed-in-as.lua).",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "sessions"],
  async run(context) {
    const { target, probe, signal } = context;
    const { gate } = target;
    const victim = await signIn(target, somebody(target), protectedPage(target), signal);
    for (const [what, path, headers] of [
      ["a page", page, pageHeaders],
      ["a call", call, byScript],
      ["who somebody is", "/oauth2/userinfo", byScript],
    ] as const) {
      const own = await askWith(target, victim.jar, gate, path, { headers, signal });
      probe.expect(
        !refused(own),
        `${what} with what the sign-in left is ${own.status}`,
        `${what} with everything that the sign-in left should pass, or this proves nothing; it was ${own.status}`,
      );
      for (const other of settableByOthers) {
        const cookie = cookieOf([...sessionOf(victim), other]);
        const answer = await ask(target, gate, path, { headers: [...headers, cookie], signal });
        const beside = other === "" ? "nothing beside it" : `${other} beside it`;
        probe.expect(
          refused(answer),
          `${what} with a session and ${beside} is ${answer.status}`,
          `${what} with a session and ${beside} should be refused at ${gate.hostname} with 401 or 403; it was ${answer.status}`,
        );
      }
    }
    const { people } = target;
    if (people[1] !== undefined) {
      await inPlace(context, victim, await signIn(target, people[1], protectedPage(target), signal));
    }
  },
};

/**
 * The exact name is taken from its own host alone (RFC 6265bis, section 4.1.3.2). A cookie without a name may look like it: Chromium 147
 * sends one that was set as `==name=value` with one of the signs.
 */
const settableByOthers = [
  "",
  `${signedInMark.toLowerCase()}=sub-x`,
  `${signedInMark.replace("__Host-", "")}=sub-x`,
  `=${signedInMark}=sub-x`,
  signedInMark,
];

/**
 * A server of another host can put its session in the place of a person's, where both have the same domain, and a page where it leads a
 * browser to what takes the person's away.
 */
async function inPlace({ target, probe, signal }: CheckContext, victim: Session, author: Session): Promise<void> {
  const marks = victim.hops.flatMap(({ answer }) => cookiesOf(answer)).filter(({ name }) => name === signedInMark);
  const fresh = marks.find(({ value }) => value.startsWith("begun-"))?.value ?? "";
  const named = victim.jar.cookies.find(({ name }) => name === signedInMark)?.value ?? "";
  const ways = [
    ["a page", page, pageHeaders],
    ["a call", call, byScript],
  ] as const;
  for (const [what, path, headers] of ways) {
    const asked = (session: Session, mark: string) =>
      ask(target, target.gate, path, {
        headers: [...headers, cookieOf([...sessionOf(session), `${signedInMark}=${mark}`])],
        signal,
      });
    const own = await asked(victim, fresh);
    probe.expect(
      !refused(own),
      `${what} with the mark that the sign-in's end left is ${own.status}`,
      `${what} with the own session and the mark that the sign-in's end left should pass, or this proves nothing; it was ${own.status}`,
    );
    const before = await asked(author, fresh);
    probe.expect(
      refused(before),
      `${what} with somebody else's session in the place of the one that a sign-in has just given is ${before.status}`,
      `${what} with somebody else's session in the place of the one that a sign-in has just given should be refused; it was ${before.status}`,
    );
    const after = await asked(author, named);
    const told = headersNamed(after, "clear-site-data").join();
    probe.expect(
      refused(after) && told === '"cookies"',
      `${what} with somebody else's session in the place of the own is ${after.status}, and it is forgotten`,
      `${what} with somebody else's session in the place of the own should be refused with 403, and be forgotten (Clear-Site-Data: "cookies"); it was ${after.status} and said ${told || "nothing"}`,
    );
  }
}
