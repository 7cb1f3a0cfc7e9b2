import { type Person, type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Jar } from "../http/jar";
import { type Answer, header } from "../http/request";
import { readForm } from "./form";
import { askWith, type Hop, pageHeaders } from "./hop";

/** A page that nobody gets to see without identity: the echo's, or the gate host's own where there is no echo. */
export function protectedPage({ gate, echo }: Target, pathAndQuery = "/"): URL {
  return new URL(pathAndQuery, echo ?? gate);
}

/** What is wrong with an answer that should have been a protected page; `undefined` when it is that page. */
export function notArrived(target: Target, { url, answer }: Hop, person: Person): string | undefined {
  if (url.host === target.echo?.host) {
    const seen = seenByBackend(answer);
    if (seen === undefined) {
      return `status ${answer.status}, and nothing from the application`;
    }
    if (seen.user !== person.email) {
      return seen.user === null ? "the application without a user" : `the application with the user ${seen.user}`;
    }
    const missing = (person.groups ?? []).filter((group) => !seen.groups.includes(group));
    return missing.length === 0 ? undefined : `the application without the groups ${missing.join(", ")}`;
  }
  // Without an application behind the gate host a page is a 404, but only for those who may ask.
  const location = header(answer, "location");
  const arrived =
    answer.status === 404 ||
    (answer.status >= 200 && answer.status < 300 && !isSignInPage(answer)) ||
    (answer.status >= 300 && answer.status < 400 && location !== undefined && !/\/(oauth2|dex)\//.test(location));
  return arrived ? undefined : `status ${answer.status}`;
}

/** Asks for a page with a jar's cookies, as a browser that opens it. */
export async function open(target: Target, jar: Jar, url: URL, signal: AbortSignal): Promise<Hop> {
  const answer = await askWith(target, jar, url, `${url.pathname}${url.search}`, { headers: pageHeaders, signal });
  return { url, answer };
}

/** Whether the gate refused for want of an identity, and showed nothing of an application. */
export function refused(answer: Answer): boolean {
  return (answer.status === 401 || answer.status === 403) && seenByBackend({ ...answer, status: 200 }) === undefined;
}

/** Whether this is the page with the button that begins a sign-in. */
export function isSignInPage(answer: Answer): boolean {
  return (
    /text\/html/i.test(header(answer, "content-type") ?? "") &&
    readForm(answer.body, new URL("https://gate.invalid/"))?.action.pathname === "/oauth2/start"
  );
}
