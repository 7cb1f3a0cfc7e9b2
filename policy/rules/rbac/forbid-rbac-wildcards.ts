import { join } from "../../manifest";
import { isBuiltIn } from "../../readers/builtInRoles";
import { type AccessRule, accessRulesOf, isRole } from "../../readers/rbac";
import { cis, owasp, rbacGoodPractices, weakness } from "../../references";
import { type Finding, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(732, "Incorrect Permission Assignment for Critical Resource");

const reading = new Set(["get", "list", "watch"]);

/**
 * No role says "everything", which grows with every definition that is installed later.
 *
 * Two kinds pass, because Istio's charts have them and they give nobody a power: reading every resource of named groups
 * other than the core one, where Secrets are; and every verb on the status of named resources. Dex's chart doesn't pass:
 * it takes every verb on every resource of dex.coreos.com, of which there are ten that a role can name.
 */
export const forbidRbacWildcards: Rule = {
  name: "forbid-rbac-wildcards",
  title: "Roles name what they allow",
  why:
    "A role with * in its groups, resources or verbs allows what nobody thought of: Secrets, the right to bind roles, " +
    "and whatever the next operator installs.",
  mend: "Name the API groups, the resources and the verbs that the account uses.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K02"), rbacGoodPractices, cis("5.1.3", "roles use few wildcards")],
  settings: [],
  check(manifest) {
    if (!isRole(manifest) || isBuiltIn(manifest)) return [];
    return accessRulesOf(manifest).flatMap((rule) => [...wildcards(rule), ...everyUrl(rule)]);
  },
};

function wildcards(rule: AccessRule): Finding[] {
  return [
    ...(rule.apiGroups.includes("*") ? [finding(rule, "apiGroups", "the groups")] : []),
    ...(rule.resources.some((name) => name.includes("*")) && !readsNamedGroups(rule)
      ? [finding(rule, "resources", "the resources")]
      : []),
    ...(rule.verbs.includes("*") && !aboutStatus(rule) ? [finding(rule, "verbs", "the verbs")] : []),
  ];
}

function readsNamedGroups({ apiGroups, verbs }: AccessRule): boolean {
  return verbs.every((verb) => reading.has(verb)) && !apiGroups.some((group) => group === "" || group === "*");
}

function aboutStatus({ apiGroups, resources }: AccessRule): boolean {
  return !apiGroups.includes("*") && resources.length > 0 && resources.every((name) => /^[^*]+\/status$/.test(name));
}

/** A path may end in `*`, which stands for what is below it; everything below nothing is everything. */
function everyUrl(rule: AccessRule): Finding[] {
  const all = rule.nonResourceURLs.some((url) => /^\/?\*/.test(url));
  return all ? [finding(rule, "nonResourceURLs", "the paths")] : [];
}

function finding(
  rule: AccessRule,
  key: "apiGroups" | "resources" | "verbs" | "nonResourceURLs",
  what: string,
): Finding {
  const field = join(rule.field, key);
  const shown = rule[key].filter((value) => value.includes("*")).map((value) => JSON.stringify(value));
  return violation(field, `${field} has ${shown.join(", ")}. Name ${what} that are needed.`);
}
