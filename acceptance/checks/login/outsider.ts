import { type Check } from "../../check";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { protectedPage } from "../../signIn/page";
import { refusedCallback } from "./callback";

/** A provider knows more people than the gate is for. */
export const outsider: Check = {
  area: "login",
  name: "outsider",
  proves:
    "Somebody whom the provider knows, with the right password, and whom `identity.allowedGroups` or `identity.emailDomains` don't admit, gets an error in place of a session.",
  mend: "allowed_groups and email_domains in oauth2-proxy's file come from identity.allowedGroups and identity.emailDomains; look at which groups the person has: kubectl logs -n auth deploy/dex.",
  exercises: ["oauth2-proxy", "Dex"],
  needs: ["sessions", "outsider"],
  timeout: 120,
  async run(context) {
    const { target, signal } = context;
    for (const person of target.outsiders ?? []) {
      const attempt = new Attempt(target, new Jar(), protectedPage(target), signal);
      await attempt.toForm(undefined, person);
      // That Dex takes the password shows that nothing else turns the person away.
      const callback = await attempt.toCallback(person);
      await refusedCallback(context, `of ${person.email}`, attempt.jar, callback);
    }
  },
};
