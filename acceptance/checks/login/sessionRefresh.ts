import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, type Person } from "../../check";
import { clusterApi } from "../../cluster/api";
import { cookiesOf, type Jar } from "../../http/jar";
import { ask } from "../../http/request";
import { cookieDomain, cookieFaults, isSession, sessionsGivenBy, sessionValue } from "../../signIn/cookies";
import { type Hop, pageHeaders } from "../../signIn/hop";
import { notArrived, open, protectedPage } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { withShorterRefresh } from "./shorterRefresh";

/** A page that loads its parts when the session is due. */
const atOnce = 8;

/** Refresh after so many seconds, in place of 45 minutes. */
export function sessionRefreshAfter(seconds: number, every?: number): Check {
  return {
    area: "login",
    name: "session-refresh",
    proves:
      "When a session is old enough, oauth2-proxy gets a new ID token from Dex and the browser a new cookie, without the person noticing, also when eight requests come at once, and again the next time; a second browser of the same person doesn't throw the first one out.",
    mend: "headersToDownstreamOnAllow of the mesh configuration must have set-cookie, or the new session never reaches the browser. The scope needs offline_access, Dex's refreshTokens.reuseInterval a few seconds: kubectl logs -n auth deploy/oauth2-proxy says what Dex answered.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: ["sessions", "user", "cluster", "disturb"],
    timeout: 420,
    async run(context) {
      const { target, probe, signal } = context;
      const hands = {
        api: clusterApi(target),
        signal,
        busy: (what: string) => probe.busy(what),
        ...(every === undefined ? {} : { every }),
      };
      await withShorterRefresh(hands, seconds, () => refreshed(context, somebody(target), seconds));
    },
  };
}

export const sessionRefresh = sessionRefreshAfter(10);

async function refreshed(context: CheckContext, person: Person, seconds: number): Promise<void> {
  const { target, probe, signal } = context;
  const page = protectedPage(target);
  const due = async (what: string) => {
    probe.busy(`wait until the session is due ${what}`);
    await sleep(seconds * 1500, undefined, { signal });
  };
  const { jar } = await signIn(target, person, page, signal);
  await stays(context, person, jar, "before it is due");

  await due("for the first time");
  const old = sessionValue(jar.cookies);
  const headers = [...pageHeaders, ["Cookie", jar.header(page, "/")] as const];
  const hops = await Promise.all(
    Array.from({ length: atOnce }, async (): Promise<Hop> => ({
      url: page,
      answer: await ask(target, page, "/", { headers, signal }),
    })),
  );
  for (const [index, hop] of hops.entries()) {
    const fault = notArrived(target, hop, person);
    const which = `request ${index + 1} of ${atOnce} at once with a session that is due`;
    probe.expect(fault === undefined, `${which} passes`, `${which} should pass; it came to ${fault}`);
    jar.take(hop.url, hop.answer);
  }
  const given = hops.filter(({ answer }) => sessionsGivenBy(answer).length > 0).length;
  probe.figure(`new cookies for ${atOnce} requests at once`, given, "answers");
  lookAt(context, hops, old, jar, "the first time");
  await stays(context, person, jar, "just after it was refreshed");

  await due("for the second time");
  const before = sessionValue(jar.cookies);
  const again = await open(target, jar, page, signal);
  const fault = notArrived(target, again, person);
  probe.expect(
    fault === undefined,
    "due a second time it passes",
    `due a second time it should pass; it came to ${fault}`,
  );
  lookAt(context, [again], before, jar, "the second time");

  const second = await signIn(target, person, page, signal);
  await due("after a sign-in in a second browser");
  for (const [which, one] of [["the first", jar] as const, ["the second", second.jar] as const]) {
    const came = notArrived(target, await open(target, one, page, signal), person);
    probe.expect(
      came === undefined,
      `after a sign-in in a second browser ${which} one still passes`,
      `after a sign-in in a second browser ${which} one should still pass, until its ID token ends; it came to ${came}`,
    );
  }
}

/** With a session that isn't due nothing changes: a refresh at every request would be a request to Dex at every request. */
async function stays({ target, probe, signal }: CheckContext, person: Person, jar: Jar, when: string): Promise<void> {
  const hop = await open(target, jar, protectedPage(target), signal);
  const fault = notArrived(target, hop, person);
  const given = sessionsGivenBy(hop.answer).length;
  probe.expect(
    fault === undefined && given === 0,
    `${when} the session passes as it is`,
    `${when} the session should pass as it is; it came to ${fault ?? `the page with ${given} new session cookies`}`,
  );
}

function lookAt({ target, probe }: CheckContext, hops: readonly Hop[], old: string, jar: Jar, when: string): void {
  const cookies = hops.flatMap(({ answer }) => cookiesOf(answer)).filter(isSession);
  const now = jar.cookies.some(isSession) ? sessionValue(jar.cookies) : "";
  probe.expect(
    now !== "" && now !== old,
    `${when} the browser got a new session`,
    `${when} a session that was due should come back new; the browser ${now === "" ? "lost it" : "has the old one still"}`,
  );
  const faults = new Set(cookies.flatMap((cookie) => cookieFaults(cookie, cookieDomain(target))));
  probe.expect(
    faults.size === 0,
    `${when} the new cookie has every attribute`,
    `${when} the new cookie should have every attribute: ${[...faults].join("; ")}`,
  );
}
