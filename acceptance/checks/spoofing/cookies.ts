import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { askHttp2, requestFields } from "../../http/http2";
import { type Answer, ask, type HeaderList } from "../../http/request";
import { bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { echoOf, somebody } from "../../tokens/parts";
import { isRefused, whatCame } from "../../tokens/refusal";
import { type CookieCase, cookieCases } from "./cookieCases";
import { sessionOf } from "./credentials";
import { headerLines } from "./headerLines";

/** Whoever has the session's cookie is the person, so it ends at the gate; other cookies are the applications' own. */
export const cookies: Check = {
  area: "spoofing",
  name: "cookies",
  proves:
    "The session's cookie, its parts and its CSRF cookies never reach an application, and every other cookie reaches it byte for byte.",
  mend: "Look at `strip_session` in the gateway's filter `gatehouse.identity_headers` (documents/gateway/identity-headers.lua), and whether it runs last, right before the router.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "echo", "sessions"],
  async run(context) {
    const { target, probe, signal } = context;
    const echo = echoOf(target);
    const { headers } = await sessionOf(context);
    const session = headers.find(([name]) => name === "Cookie")?.[1] ?? "";
    // A token counts before a session, and the cookie comes along all the same.
    const token = target.client === undefined ? undefined : await grantIdToken(target, somebody(target), { signal });
    for (const each of cookieCases(session)) {
      probe.busy(each.what);
      const lines = each.sent.map((value): readonly [string, string] => ["Cookie", value]);
      const over1 = (more: HeaderList = []) =>
        ask(target, echo, "/", { headers: [["Accept", "application/json"], ...more, ...lines], signal });
      const plain = await over1();
      if (each.twoSessions === true) {
        none(context, each, plain, "HTTP/1.1");
      } else if (each.mayBeRefused === true && isRefused(plain)) {
        probe.seen(`${each.what} (HTTP/1.1): refused with ${plain.status}`);
      } else {
        compare(context, each, plain, session, "HTTP/1.1");
      }
      if (token !== undefined) {
        compare(context, each, await over1([bearer(token)]), session, "HTTP/1.1, with a token");
      }
      const fields = requestFields(echo, "/", [["Accept", "application/json"], ...lines]);
      const came = await askHttp2(target, echo, fields, { signal });
      const answer =
        came.kind === "answer"
          ? { ...came, certificate: undefined }
          : { status: 0, headers: [], body: "", certificate: undefined };
      if (each.twoSessions === true) {
        none(context, each, answer, "HTTP/2");
      } else {
        compare(context, each, answer, session, "HTTP/2");
      }
    }
  },
};

function none({ probe }: CheckContext, { what }: CookieCase, answer: Answer, how: string): void {
  probe.expect(
    isRefused(answer),
    `${what} (${how}): refused with ${answer.status}`,
    `${what} (${how}): two sessions should be none; came ${whatCame(answer)}`,
  );
}

function compare(
  { probe }: CheckContext,
  { what, kept }: CookieCase,
  answer: Answer,
  session: string,
  how: string,
): void {
  const title = `${what} (${how})`;
  if (seenByBackend(answer) === undefined) {
    probe.wrong(`${title}: the application should have been asked; came ${whatCame(answer)}`);
    return;
  }
  const lines = headerLines(answer);
  const secrets = session.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1).slice(0, 40));
  const leak = lines.find(({ value }) => secrets.some((secret) => secret.length >= 8 && value.includes(secret)));
  if (leak !== undefined) {
    probe.wrong(`${title}: the application got the session in the header ${leak.name}`);
    return;
  }
  const got = lines.filter(({ name }) => name === "cookie").map(({ value }) => value);
  const same = kept === undefined ? got.length === 0 : got.length === 1 && got[0] === kept;
  // The values are the suite's own, except the session's, which is not among them here.
  probe.expect(
    same && lines.length > 0,
    `${title}: ${kept === undefined ? "no cookie" : "the other cookies as they were"}`,
    `${title}: the application should have got ${kept === undefined ? "no cookie" : JSON.stringify(kept)}; it got ${JSON.stringify(got)}`,
  );
}
