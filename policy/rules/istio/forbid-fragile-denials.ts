import { actionOf, policyRules } from "../../readers/authorizationPolicy";
import { isKind } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, vulnerability, weakness } from "./facts";

const { framework, reference } = weakness(178, "Improper Handling of Case Sensitivity");

/**
 * Advisory, because releases that are mended compare methods and headers as people expect; the version rule is what
 * rejects the others. Whether a header is there at all (`*`) and what is not in a list (`notValues`) are safe to ask.
 */
export const forbidFragileDenials: Rule = {
  name: "forbid-fragile-denials",
  title: "Denials don't rest on a method's or header's text",
  why:
    "A denial applies where it recognises a request. A method in other letters, or a header that is sent twice, was taken " +
    "for something else by the policy and for the same by the application.",
  mend: "Deny everything but what is allowed (notMethods, notValues), or decide by path, port or principal.",
  severity: "medium",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    vulnerability("CVE-2026-26308", "a header that is sent twice passes a policy about its value"),
    vulnerability("CVE-2026-73552", "a request passes a policy that denies it"),
    vulnerability("CVE-2026-73553", "a request passes a policy that denies it"),
    vulnerability("CVE-2026-73511", "a request passes a policy that denies it"),
    {
      id: "GHSA-w44g-8m76-8gc5",
      url: "https://github.com/advisories/GHSA-w44g-8m76-8gc5",
      about: "a method in other letters passes a policy about it",
    },
    istioPage(
      "Istio security best practices",
      "ops/best-practices/security/#authorization-policies",
      "allow what is meant, with everything else denied",
    ),
  ],
  settings: [],
  check(manifest) {
    if (!isKind(manifest, "AuthorizationPolicy") || actionOf(manifest) !== "DENY") return [];
    return policyRules(manifest).flatMap(({ operations, conditions }) =>
      inspect(() => [
        ...operations
          .filter(({ says }) => says["methods"] !== undefined)
          .map(({ field, says }) => fragile(`${field}.methods`, says["methods"], "notMethods of what is allowed")),
        ...conditions
          .filter(({ key, values }) => key.startsWith("request.headers[") && values.some((value) => value !== "*"))
          .map(({ field, values }) => fragile(`${field}.values`, values, "notValues of what is allowed")),
      ]),
    );
  },
};

function fragile(field: string, texts: readonly string[] = [], instead: string): Finding {
  return violation(
    field,
    `${field} is ${JSON.stringify(texts)}, and a request that spells it otherwise isn't denied. Write ${instead}.`,
  );
}
