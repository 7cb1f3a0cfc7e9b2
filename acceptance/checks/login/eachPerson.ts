import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { notArrived } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { echoOf } from "../../tokens/parts";

/** Each connector of Dex makes a person of what its provider says, in a way of its own. */
export const eachPerson: Check = {
  area: "login",
  name: "each-person",
  proves:
    "Everybody who was named signs in by the connector of Dex that is theirs, and the application sees that person's e-mail address and, where they are known, exactly the groups that the provider gives.",
  mend: "Dex's answer: kubectl logs -n auth deploy/dex. Nobody of an LDAP directory: its certificate must be of the CA in `ca` and for `host`. A missing group: groupSearch of the directory, or the scope and the claim of an OpenID Connect provider; one without its prefix: groupsPrefix.",
  exercises: ["Dex", "oauth2-proxy", "gateway"],
  needs: ["sessions", "user", "echo", "connectors"],
  timeout: 180,
  async run({ target, probe, signal }) {
    for (const person of target.people) {
      const { email, connector = "local", groups } = person;
      const who = `${email}, by the connector ${connector},`;
      probe.busy(`the sign-in of ${email}`);
      const { last } = await signIn(target, person, new URL(`/?by=${connector}`, echoOf(target)), signal);
      const fault = notArrived(target, last, person);
      probe.expect(fault === undefined, `${who} arrives`, `${who} should arrive; the sign-in came to ${fault}`);
      const seen = [...(seenByBackend(last.answer)?.groups ?? [])].sort().join(", ");
      if (groups !== undefined) {
        const wanted = [...groups].sort().join(", ");
        probe.expect(
          seen === wanted,
          `${who} arrives with the groups ${wanted} and no others`,
          `${who} should arrive with the groups ${wanted}; the application saw ${seen || "none"}`,
        );
      }
    }
  },
};
