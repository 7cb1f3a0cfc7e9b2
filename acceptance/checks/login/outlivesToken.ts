import { decodeJwt } from "jose";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, type Person } from "../../check";
import { type Cookie, type Jar } from "../../http/jar";
import { ask } from "../../http/request";
import { isSession, sessionsGivenBy } from "../../signIn/cookies";
import { pageHeaders } from "../../signIn/hop";
import { notArrived, open, protectedPage, refused } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { askEcho, bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { somebody } from "../../tokens/parts";

interface Pace {
  /** Pause between two looks of somebody who is at work, in milliseconds. */
  every: number;
  /** How long after its end a token may still be taken, in seconds: Envoy's jwt_authn allows clocks to differ by a minute. */
  skew: number;
  /** For what happens at the moment itself, in milliseconds. */
  moment: number;
}

/** A session from its sign-in on. */
interface Session {
  jar: Jar;
  /** Its cookies as they were then; a thief keeps them beyond the time that a browser does. */
  first: string;
  /** When it began, and how long the browser is told to keep it, in milliseconds. */
  began: number;
  lasts: number;
}

export function outlivesTokenAt({ every, skew, moment }: Pace): Check {
  return {
    area: "login",
    name: "outlives-token",
    proves:
      "Who comes back when the session's ID token is over still has the session, with new cookies; the token itself is refused; and where there is time enough to see it, a session that is always in use lasts as long as it should and ends then, and so do copies of its cookies.",
    mend: "A session that ends with its token was not refreshed: sessions.refresh must be below the token's lifetime, the scope needs offline_access, and the provider must give a refresh token (docs/10-identity-providers.md). One that never ends: Dex's expiry.refreshTokens.absoluteLifetime must be sessions.lifetime.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: ["sessions", "user", "client", "echo", "wait"],
    timeout: 3900,
    run: async (context) => {
      const { target, probe, signal } = context;
      const person = somebody(target);
      const most = (target.waitSeconds ?? 0) * 1000;
      const page = protectedPage(target);
      const token = await grantIdToken(target, person, { signal });
      const { iat = 0, exp = 0 } = decodeJwt(token);
      const life = (exp - iat) * 1000;
      probe.figure("lifetime of an ID token", seconds(life), "s");
      const enough = life + skew * 1000 + moment;
      if (enough > most) {
        throw new Error(
          `ID tokens last ${seconds(life)} s: to see one end takes --wait ${Math.ceil(enough / 1000)} at least`,
        );
      }
      const first = await askEcho(context, [bearer(token)]);
      probe.expect(
        first.status === 200,
        "the token is taken before its end",
        `the token should be taken before its end; it came to status ${first.status}`,
      );
      // One session and no more: Dex keeps one refresh token for a person, so that a second sign-in would end this one.
      const session = await begin(context, person, page);
      if (session.lasts < enough) {
        throw new Error(
          `sessions last ${seconds(session.lasts)} s and ID tokens ${seconds(life)} s: to see one outlive the other, ` +
            `sessions.lifetime must be ${Math.ceil(enough / 1000)} s at least`,
        );
      }
      await waitUntil(context, session.began + enough, "the ID token is over");
      const back = await open(target, session.jar, page, signal);
      const lost = notArrived(target, back, person);
      probe.expect(
        lost === undefined && sessionsGivenBy(back.answer).length > 0,
        "who comes back after the token's end still has a session, and a new cookie",
        `who comes back after the token's end should still have a session, and get a new cookie; it came to ${lost ?? "no new cookie"}`,
      );
      const stolen = await askEcho(context, [bearer(token)]);
      probe.expect(
        refused(stolen),
        "the token is refused after its end",
        `${skew} s after its end a token should be refused; it came to status ${stolen.status}`,
      );
      // The last token may be given in the last moment of the refresh token's life.
      await seeItEnd(context, person, session, { every, life, longest: session.lasts + enough, most });
    },
  };
}

export const outlivesToken = outlivesTokenAt({ every: 15_000, skew: 60, moment: 2000 });

async function begin({ target, signal, probe }: CheckContext, person: Person, page: URL): Promise<Session> {
  const { jar } = await signIn(target, person, page, signal);
  const lasts = Math.max(...jar.cookies.filter(isSession).map(lifetimeOf));
  probe.expect(
    Number.isFinite(lasts) && lasts > 0,
    `the browser is told to keep the session for ${seconds(lasts)} s`,
    "the session's cookie should have an end (Max-Age or Expires)",
  );
  return { jar, first: jar.header(page, "/"), began: Date.now(), lasts };
}

async function waitUntil({ probe, signal }: CheckContext, time: number, what: string): Promise<void> {
  const left = Math.max(0, time - Date.now());
  probe.busy(`wait ${Math.round(left / 1000)} s until ${what}`);
  await sleep(left, undefined, { signal });
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}

function lifetimeOf({ attributes }: Cookie): number {
  const { "max-age": maxAge, expires = "" } = attributes;
  return maxAge === undefined ? Date.parse(expires) - Date.now() : Number(maxAge) * 1000;
}

/** Somebody at work until a time, or until the session is no more. */
async function work(
  { target, signal }: CheckContext,
  person: Person,
  jar: Jar,
  until: number,
  every: number,
): Promise<{ looks: number; renewed: number; ended: string | undefined }> {
  let looks = 0;
  let renewed = 0;
  for (;;) {
    const hop = await open(target, jar, protectedPage(target), signal);
    const ended = notArrived(target, hop, person);
    if (ended !== undefined) {
      return { looks, renewed, ended };
    }
    looks += 1;
    renewed += sessionsGivenBy(hop.answer).length > 0 ? 1 : 0;
    const left = until - Date.now();
    if (left <= 0) {
      return { looks, renewed, ended: undefined };
    }
    await sleep(Math.min(every, left), undefined, { signal });
  }
}

async function seeItEnd(
  context: CheckContext,
  person: Person,
  session: Session,
  { every, life, longest, most }: { every: number; life: number; longest: number; most: number },
): Promise<void> {
  const { target, probe, signal } = context;
  if (longest > most) {
    probe.figure("seconds until the last session is over (more than --wait, not looked at)", seconds(longest), "s");
    return;
  }
  const { began, lasts, jar, first } = session;
  const end = began + longest;
  const since = Date.now() - began;
  probe.busy(`wait ${Math.round((end - Date.now()) / 1000)} s until the session is over, which is in use`);
  const { ended, looks, renewed } = await work(context, person, jar, end, every);
  const after = Date.now() - began;
  probe.figure("seconds after which a session in use was over", seconds(after), "s");
  probe.expect(
    ended !== undefined,
    "a session in use is over at last",
    `${seconds(longest)} s after its sign-in a session in use should be over; it still passes`,
  );
  probe.expect(
    after >= lasts,
    "a session in use lasts as long as it should",
    `a session in use should last for ${seconds(lasts)} s; it was over after ${seconds(after)} s with ${ended ?? "nothing"}`,
  );
  // Less than a token's lifetime may pass without a new one.
  probe.expect(
    renewed > 0 || lasts - since < life,
    `in use it passes ${looks} times, with new cookies on the way`,
    `in use it should get new cookies on the way; it got none in ${looks} requests`,
  );
  await waitUntil(context, end, "every session is over");
  const page = protectedPage(target);
  for (const [what, cookie] of [
    ["of a session that was in use", jar.header(page, "/")],
    ["that it had at its sign-in, and that nobody used again,", first],
  ] as const) {
    const { status, ...rest } = await ask(target, page, "/", {
      headers: [...pageHeaders, ["Cookie", cookie]],
      signal,
    });
    probe.expect(
      refused({ status, ...rest }),
      `the cookies ${what} are refused after its end`,
      `the cookies ${what} should be refused after its end; it came to status ${status}`,
    );
  }
}
