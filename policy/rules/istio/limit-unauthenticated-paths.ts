import {
  actionOf,
  type Clause,
  isForStrangers,
  type PolicyRule,
  policyRules,
  saysOnly,
} from "../../readers/authorizationPolicy";
import { isKind } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, vulnerability, weakness } from "./facts";

const { framework, reference } = weakness(288, "Authentication Bypass Using an Alternate Path or Channel");

/**
 * What may be without sign-in is what signs people in: Dex's paths and oauth2-proxy's, with the slash behind the name, or
 * parts of them. Kubeflow's manifests write the first as /dex/** as well, which Istio reads as a beginning.
 */
const signInPath = /^\/(dex|oauth2)\/(?!.*(\.\.|%|\\|\/\/|;))[^*{}]*(\*{1,2}|\{\*\*?\})?$/;

export const limitUnauthenticatedPaths: Rule = {
  name: "limit-unauthenticated-paths",
  title: "Only sign-in is open to whoever has not signed in",
  why:
    "Every path that a policy leaves out is open to the world, with all spellings of it that a backend takes for another " +
    "path; and a host that it leaves out is open altogether.",
  mend: "Leave out /dex/* and /oauth2/* and nothing else, and give what has to be public a host of its own.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    vulnerability("CVE-2021-31920", "a path with several slashes passes a policy that names one"),
    vulnerability("CVE-2021-39156", "a fragment in a path passes a policy that names the path"),
    istioPage(
      "Istio AuthorizationPolicy",
      "reference/config/security/authorization-policy/#Operation",
      "notPaths leaves paths out, and is sensitive to case",
    ),
  ],
  settings: [],
  check(manifest) {
    if (!isKind(manifest, "AuthorizationPolicy")) return [];
    const action = actionOf(manifest);
    return policyRules(manifest)
      .filter((rule) => action === "CUSTOM" || (action === "DENY" && asksForPrincipal(rule)))
      .flatMap((rule) =>
        rule.operations.flatMap((operation) => inspect(() => [...paths(operation), ...hosts(operation, rule)])),
      );
  },
};

/**
 * Whether a rule is about who has not signed in: about requests without a principal, or without a claim. One that names
 * claims by their values is about tokens of somebody's, and lets no stranger in where it doesn't hold.
 */
function asksForPrincipal(rule: PolicyRule): boolean {
  return (
    isForStrangers(rule) ||
    rule.conditions.some(({ key, notValues }) => key.startsWith("request.auth.") && notValues.length > 0)
  );
}

function paths({ field, says }: Clause): Finding[] {
  return (says["notPaths"] ?? [])
    .filter((path) => !signInPath.test(path))
    .map((path) =>
      violation(
        `${field}.notPaths`,
        `${field}.notPaths leaves out ${JSON.stringify(path)}, which is then open to everybody. ` +
          "Leave out /dex/* and /oauth2/* and nothing else.",
      ),
    );
}

/** A host may be left out of one operation when another of the same rule holds for all of them. */
function hosts(operation: Clause, { operations }: PolicyRule): Finding[] {
  const hidden = operation.says["notHosts"];
  if (hidden === undefined || operations.some((other) => holdsAt(other, operation.says["ports"]))) return [];
  return [
    violation(
      `${operation.field}.notHosts`,
      `${operation.field}.notHosts leaves out ${JSON.stringify(hidden)}, which is then open to everybody. ` +
        "Add an operation without hosts, which leaves out sign-in's paths alone.",
    ),
  ];
}

/** Whether an operation is for every host, at these ports at least. */
function holdsAt(operation: Clause, ports: readonly string[] | undefined): boolean {
  const own = operation.says["ports"];
  return (
    saysOnly(operation, ["notPaths", "ports"]) &&
    (own === undefined || (ports !== undefined && ports.every((port) => own.includes(port))))
  );
}
