import { join } from "../../manifest";
import { isBuiltIn } from "../../readers/builtInRoles";
import { accessRulesOf, isRole } from "../../readers/rbac";
import { cis, owasp, rbacGoodPractices, weakness } from "../../references";
import { type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(269, "Improper Privilege Management");

/** Also impersonation's newer verbs, such as `impersonate:user-info`. */
const escalating = /^(bind|escalate|impersonate.*)$/;

/** A name that leaves nothing to be bound besides. */
const isEverything = (name: string) => name === "*" || name === "cluster-admin";

/** No role gives its holder more roles, or somebody else's. Binding named roles passes: that is how it is limited. */
export const forbidEscalationVerbs: Rule = {
  name: "forbid-escalation-verbs",
  title: "No role makes its holder stronger",
  why:
    "An account with bind or escalate hands itself any role, one with impersonate is anybody: each is cluster-admin " +
    "with one request more.",
  mend: "Remove the verbs bind, escalate and impersonate; where an operator hands out roles, name them in resourceNames.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K02"), rbacGoodPractices, cis("5.1.8", "bind, impersonate and escalate are for few")],
  settings: [],
  check(manifest) {
    if (!isRole(manifest) || isBuiltIn(manifest)) return [];
    return accessRulesOf(manifest).flatMap(({ field, verbs, resourceNames }) => {
      const found = verbs.filter(
        (verb) =>
          escalating.test(verb) && !(verb === "bind" && resourceNames.length > 0 && !resourceNames.some(isEverything)),
      );
      if (found.length === 0) return [];
      const place = join(field, "verbs");
      const shown = found.map((verb) => JSON.stringify(verb)).join(", ");
      const mend = found.includes("bind") ? "Remove it, or name the roles in resourceNames." : "Remove it.";
      return [violation(place, `${place} has ${shown}. ${mend}`)];
    });
  },
};
