import { type Person, type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Answer, header } from "../http/request";
import { readForm } from "./form";

/** A page that nobody gets to see without identity: the echo's, or the gate host's own where there is no echo. */
export function protectedPage({ gate, echo }: Target, pathAndQuery = "/"): URL {
  return new URL(pathAndQuery, echo ?? gate);
}

/** What is wrong with an answer that should have been the protected page; `undefined` when it is that page. */
export function notArrived(target: Target, answer: Answer, person: Person): string | undefined {
  if (target.echo !== undefined) {
    const seen = seenByBackend(answer);
    if (seen === undefined) {
      return `status ${answer.status}, and nothing from the application`;
    }
    if (seen.user !== person.email) {
      return seen.user === null
        ? "the application, but without a user"
        : `the application, but with the user ${seen.user}`;
    }
    const missing = (person.groups ?? []).filter((group) => !seen.groups.includes(group));
    return missing.length === 0 ? undefined : `the application, but without the groups ${missing.join(", ")}`;
  }
  // Without an application behind the gate host a page is a 404, but only for those who may ask.
  const onward =
    answer.status >= 300 && answer.status < 400 && !/\/(oauth2|dex)\//.test(header(answer, "location") ?? "");
  return (answer.status >= 200 && answer.status < 300 && !isSignInPage(answer)) || answer.status === 404 || onward
    ? undefined
    : `status ${answer.status}`;
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
