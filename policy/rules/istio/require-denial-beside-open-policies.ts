import { actionOf, policyRules } from "../../readers/authorizationPolicy";
import { Denials } from "../../readers/denials";
import { isKind } from "../../readers/istio";
import { type StackRule, violation } from "../../rule";
import { about } from "./about";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(862, "Missing Authorization");

/**
 * A policy that allows everything is as good as none; it is there because another denies everything else.
 *
 * For a webhook, whose caller has no token, the mend is a rule that says so: its port, in `to.operation.ports`.
 */
export const requireDenialBesideOpenPolicies: StackRule = {
  name: "require-denial-beside-open-policies",
  title: "A policy that allows everything has a denial beside it",
  why:
    "An ALLOW policy with an empty rule lets in whoever asks. On a gateway that is fine as long as a DENY policy turns away " +
    "whoever has no principal; when that one is renamed or removed, nothing else is left.",
  mend:
    'Add an AuthorizationPolicy with the same selector, action DENY and from.source.notRequestPrincipals: ["*"], or ' +
    "say in from, to or when whom the rule allows.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio AuthorizationPolicy",
      "reference/config/security/authorization-policy/",
      "an ALLOW policy with an empty rule allows all requests",
    ),
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    const denials = new Denials(members, context);
    return members
      .filter(({ manifest }) => isKind(manifest, "AuthorizationPolicy"))
      .flatMap((member) =>
        about(member, () => {
          if (actionOf(member.manifest) !== "ALLOW") return [];
          const open = policyRules(member.manifest).find(
            ({ sources, operations, conditions }) =>
              [...sources, ...operations].every(({ says }) => Object.keys(says).length === 0) &&
              conditions.length === 0,
          );
          if (open === undefined || denials.protects(member)) return [];
          const message =
            `${open.field} is empty and allows everything, and no policy here denies requests without a principal on ` +
            'these workloads. Add one (action DENY, notRequestPrincipals: ["*"]), or say in the rule whom it allows.';
          return [violation(open.field, message)];
        }),
      );
  },
};
