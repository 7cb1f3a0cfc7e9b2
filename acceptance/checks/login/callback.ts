import { type CheckContext } from "../../check";
import { type Jar } from "../../http/jar";
import { sessionsGivenBy } from "../../signIn/cookies";
import { askWith, pageHeaders, redirects } from "../../signIn/hop";
import { open, protectedPage, refused } from "../../signIn/page";

/** Copies of an address with other values in its query; `undefined` takes one away. */
export function withQuery(url: URL, changes: Record<string, string | undefined>): URL {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) {
      changed.searchParams.delete(name);
    } else {
      changed.searchParams.set(name, value);
    }
  }
  return changed;
}

/** A value of a callback's query, which every sign-in's has. */
export function valueOf(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value === null || value === "") {
    throw new Error(`the address of a sign-in should have ${name}, and has none`);
  }
  return value;
}

/**
 * Asks a callback that must not sign anybody in. oauth2-proxy answers some of them with an error page of status 500, which
 * is a refusal too; 502 and above are the gateway's, and say that nobody decided.
 */
export async function refusedCallback(
  { target, probe, signal }: CheckContext,
  what: string,
  jar: Jar,
  callback: URL,
): Promise<void> {
  const answer = await askWith(target, jar, callback, `${callback.pathname}${callback.search}`, {
    headers: pageHeaders,
    signal,
  });
  probe.expect(
    !redirects(answer) && answer.status >= 400 && answer.status <= 500,
    `a callback ${what} is refused with ${answer.status}`,
    `a callback ${what} should be refused with a page of an error; it was ${answer.status}`,
  );
  const given = sessionsGivenBy(answer).length;
  const page = await open(target, jar, protectedPage(target), signal);
  probe.expect(
    given === 0 && refused(page.answer),
    `a callback ${what} signs nobody in`,
    `a callback ${what} should sign nobody in; it set ${given} session cookies, and then the page answered ${page.answer.status}`,
  );
}
