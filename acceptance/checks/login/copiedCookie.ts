import { type Check } from "../../check";
import { follow } from "../../signIn/follow";
import { notArrived, open, protectedPage, refused } from "../../signIn/page";
import { copyOf, signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

/** What is in a cookie alone outlives a sign-out; what a server keeps does not. */
export const copiedCookie: Check = {
  area: "login",
  name: "copied-cookie",
  proves:
    "Where a server keeps the sessions, a copy of a cookie that was made before the sign-out opens nothing after it.",
  mend: "Sessions must be in Redis (sessions.storage.type redis): look for `session_store_type` in the ConfigMap auth/oauth2-proxy, and whether its ACL user may delete keys.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions", "user", "kept-sessions"],
  run: async ({ target, probe, signal }) => {
    const person = somebody(target);
    const page = protectedPage(target);
    const session = await signIn(target, person, page, signal);
    const copy = copyOf(session);
    const others = await signIn(target, person, page, signal);
    const fault = notArrived(target, await open(target, copyOf(session), page, signal), person);
    probe.expect(
      fault === undefined,
      "before the sign-out, the copy works",
      `before the sign-out the copy should work, or its refusal means nothing; it came to ${fault}`,
    );
    await follow(target, session.jar, new URL("/oauth2/sign_out", target.gate), { signal });
    const { answer } = await open(target, copy, page, signal);
    probe.expect(
      refused(answer),
      "after the sign-out, the copy is refused",
      `after the sign-out the copy should be refused; it answered ${answer.status}`,
    );
    const still = notArrived(target, await open(target, others.jar, page, signal), person);
    probe.expect(
      still === undefined,
      "another session of the same person goes on",
      `another session of the same person should go on; it came to ${still}`,
    );
  },
};
