import { randomBytes } from "node:crypto";
import { type Check, type Person } from "../../check";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { readForm } from "../../signIn/form";
import { open, protectedPage, refused } from "../../signIn/page";
import { somebody } from "../../tokens/parts";

/**
 * A wrong password is tried once, because directories count them. An empty one is none to LDAP, which says yes to it (RFC 4513,
 * section 5.1.2); and what people type as their name stands in a search filter there (RFC 4515, section 3).
 */
function tries(person: Person): [what: string, typed: Person][] {
  const { email, login = email, password } = person;
  return [
    ["a wrong password", { ...person, password: randomBytes(12).toString("hex") }],
    ["an empty password", { ...person, password: "" }],
    ["the name * and the right password", { ...person, login: "*", password }],
    ["a name that ends in * and the right password", { ...person, login: `${login.slice(0, -1)}*`, password }],
    [
      "a name with a second condition and the right password",
      { ...person, login: `${login})(objectClass=*`, password },
    ],
  ];
}

export const wrongPassword: Check = {
  area: "login",
  name: "wrong-password",
  proves:
    "With a wrong password, an empty one, or a name that an LDAP filter would take for many, the form comes again, and nobody is signed in.",
  mend: "Dex compares its own passwords, and binds to a directory with what was typed (connector/ldap). A directory must not take an empty password for one: olcAllows without bind_anon_cred and bind_anon_dn.",
  exercises: ["Dex"],
  needs: ["sessions", "user"],
  timeout: 120,
  async run({ target, probe, signal }) {
    for (const [what, typed] of tries(somebody(target))) {
      const attempt = new Attempt(target, new Jar(), protectedPage(target), signal);
      await attempt.toForm(undefined, typed);
      const { url, answer } = await attempt.enterPassword(typed);
      const again = readForm(answer.body, url)?.names.includes("password") ?? false;
      probe.expect(
        (answer.status === 200 || answer.status === 401) && again,
        `${what} brings the form again, with status ${answer.status}`,
        `${what} should bring the form again; it brought status ${answer.status}${again ? "" : " and no form"}`,
      );
      const page = await open(target, attempt.jar, protectedPage(target), signal);
      probe.expect(
        refused(page.answer),
        `after ${what} the page needs an identity`,
        `after ${what} the page should be refused; it answered ${page.answer.status}`,
      );
    }
  },
};
