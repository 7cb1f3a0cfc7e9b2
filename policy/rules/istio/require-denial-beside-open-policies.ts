import { actionOf, type PolicyRule, policyRules, saysOnly } from "../../readers/authorizationPolicy";
import { Denials } from "../../readers/denials";
import { isKind } from "../../readers/istio";
import { type Member, type StackRule, violation } from "../../rule";
import { about } from "./about";
import { aboutPorts } from "./aboutPorts";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(862, "Missing Authorization");

/**
 * A policy that allows everything is as good as none, and one that asks an authorization service about some requests lets the
 * others pass. They are there because another denies everything else.
 *
 * For a webhook, whose caller has no token, the mend is a rule that says so: its port, in `to.operation.ports`.
 */
export const requireDenialBesideOpenPolicies: StackRule = {
  name: "require-denial-beside-open-policies",
  title: "A policy that lets requests pass has a denial beside it",
  why:
    "An ALLOW policy with an empty rule lets in whoever asks, and a CUSTOM policy whose rules have conditions whoever sends what " +
    "they leave out, such as another method. On a gateway that is fine as long as a DENY policy turns away whoever has no " +
    "principal; when that one is renamed or removed, nothing else is left.",
  mend:
    'Add an AuthorizationPolicy with the same selector, action DENY and from.source.notRequestPrincipals: ["*"], or ' +
    "say in from, to or when whom an ALLOW rule allows; in a CUSTOM rule remove them but for hosts, paths and ports.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio AuthorizationPolicy",
      "reference/config/security/authorization-policy/",
      "an ALLOW policy with an empty rule allows all requests; a CUSTOM policy is about those that match",
    ),
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    const denials = new Denials(members, context);
    return members
      .filter(({ manifest }) => isKind(manifest, "AuthorizationPolicy"))
      .flatMap((member) =>
        about(member, () => {
          const gap = gapOf(member);
          if (gap === undefined) return [];
          const protection = denials.of(member);
          if (protection.isWhole) return [];
          const message =
            `${gap.field} ${gap.what}, and no policy here denies requests without a principal on ` +
            `these workloads. Add one (action DENY, notRequestPrincipals: ["*"]), or ${gap.mend}.${aboutPorts(protection)}`;
          return [violation(gap.field, message)];
        }),
      );
  },
};

interface Gap {
  readonly field: string;
  readonly what: string;
  readonly mend: string;
}

function gapOf({ manifest }: Member): Gap | undefined {
  switch (actionOf(manifest)) {
    case "ALLOW": {
      const open = policyRules(manifest).find(isEmpty);
      return (
        open && { field: open.field, what: "is empty and allows everything", mend: "say in the rule whom it allows" }
      );
    }
    case "CUSTOM": {
      const rules = policyRules(manifest);
      if (rules.some(isForEverything)) return undefined;
      return rules.map(leavesOut).find((gap) => gap !== undefined);
    }
    default:
      return undefined;
  }
}

function isEmpty({ sources, operations, conditions }: PolicyRule): boolean {
  return [...sources, ...operations].every(({ says }) => Object.keys(says).length === 0) && conditions.length === 0;
}

/** Whether a rule is about every request but for sign-in's paths, which another rule judges. */
function isForEverything({ sources, operations, conditions }: PolicyRule): boolean {
  return (
    sources.every(({ says }) => Object.keys(says).length === 0) &&
    conditions.length === 0 &&
    (operations.length === 0 || operations.some((operation) => saysOnly(operation, ["notPaths"])))
  );
}

/** What says where a service is asked. The rest is what somebody sends, who may send something else. */
const places = ["hosts", "notHosts", "paths", "notPaths", "ports", "notPorts"];

/** Where a rule of a CUSTOM policy lets requests pass that nobody is asked about. */
function leavesOut({ field, sources, operations, conditions }: PolicyRule): Gap | undefined {
  const source = sources.find(({ says }) => Object.keys(says).length > 0);
  const operation = operations.find((one) => !saysOnly(one, places));
  const key = operation && Object.keys(operation.says).find((name) => !places.includes(name));
  const at =
    conditions[0]?.field ?? source?.field ?? (operation && key !== undefined ? `${operation.field}.${key}` : undefined);
  if (at === undefined) return undefined;
  return { field: at, what: `lets requests pass that ${field} doesn't match`, mend: "remove it" };
}
