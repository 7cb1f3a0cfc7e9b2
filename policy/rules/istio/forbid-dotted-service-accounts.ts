import { policyRules } from "../../readers/authorizationPolicy";
import { isKind } from "../../readers/istio";
import { inspect, type Rule, violation } from "../../rule";
import { istioPage, vulnerability, weakness } from "./facts";

const { framework, reference } = weakness(185, "Incorrect Regular Expression");

export const forbidDottedServiceAccounts: Rule = {
  name: "forbid-dotted-service-accounts",
  title: "No service account with a dot in a policy",
  why:
    "Istio made an expression of serviceAccounts, in which a dot stands for any sign: a policy for team.reader lets " +
    "in team-reader as well, which anybody may have called so.",
  mend: "Name the account in principals, as <trust domain>/ns/<namespace>/sa/<name>, or give it a name without a dot.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    vulnerability("CVE-2026-39350", "a dot in serviceAccounts matches any sign"),
    istioPage(
      "Istio AuthorizationPolicy",
      "reference/config/security/authorization-policy/#Source",
      "serviceAccounts as namespace and name, and principals",
    ),
  ],
  settings: [],
  check(manifest) {
    if (!isKind(manifest, "AuthorizationPolicy")) return [];
    return policyRules(manifest).flatMap(({ sources }) =>
      sources.flatMap(({ field, says }) =>
        inspect(() =>
          ["serviceAccounts", "notServiceAccounts"].flatMap((key) =>
            (says[key] ?? [])
              .filter((account) => account.includes("."))
              .map((account) =>
                violation(
                  `${field}.${key}`,
                  `${field}.${key} names ${JSON.stringify(account)}, whose dot stands for any sign. ` +
                    `Name it in ${key === "serviceAccounts" ? "principals" : "notPrincipals"}.`,
                ),
              ),
          ),
        ),
      ),
    );
  },
};
