import { join } from "../../manifest";
import { isBuiltIn } from "../../readers/builtInRoles";
import { type AccessRule, accessRulesOf, isRole } from "../../readers/rbac";
import { cis, owasp, rbacGoodPractices, weakness } from "../../references";
import { type Finding, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(269, "Improper Privilege Management");

interface Way {
  readonly group: string;
  readonly resource: string;
  /** Nothing where any verb will do. */
  readonly verbs?: readonly string[];
  readonly then: string;
  /** Whether a rule that names objects is held to them by the API server, and to none that gives a power. */
  readonly isNarrowedBy: (name: string) => boolean;
  readonly mend: string;
}

const ways: readonly Way[] = [
  {
    group: "",
    resource: "serviceaccounts/token",
    verbs: ["create"],
    then: "its holder makes tokens of every account there, and is each of them",
    isNarrowedBy: (name) => name !== "*",
    mend: "Remove it, or name the accounts in resourceNames.",
  },
  {
    // Of a node's name, too: it is one kubelet's whole API.
    group: "",
    resource: "nodes/proxy",
    then: "its holder runs commands in every pod of a node, with no admission and no audit",
    isNarrowedBy: () => false,
    mend: "Remove it; metrics and logs are nodes/metrics and nodes/log.",
  },
  {
    group: "certificates.k8s.io",
    resource: "signers",
    verbs: ["approve", "sign"],
    then: "its holder makes client certificates for any user and group",
    // Kubernetes' own signers make certificates that the API server believes.
    isNarrowedBy: (name) => !/^(\*|(\*|kubernetes\.io)\/.*)$/.test(name),
    mend: "Name signers other than kubernetes.io's in resourceNames.",
  },
];

/**
 * No role reaches what makes its holder another account, or the node.
 *
 * Approving a certificate takes a right on `signers` beside the one on `certificatesigningrequests/approval`, so that the
 * first is looked at: Istio's chart has the second, for signers that it names.
 */
export const forbidEscalationResources: Rule = {
  name: "forbid-escalation-resources",
  title: "No role reaches other accounts' tokens or the kubelet",
  why:
    "Whoever may create serviceaccounts/token is any account there. nodes/proxy is the kubelet's API, reading included: it runs " +
    "commands in every pod. Who approves Kubernetes' own certificates is any user.",
  mend: "Remove the resource; where an operator makes tokens for one account, name it in resourceNames.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K02"),
    rbacGoodPractices,
    cis("5.1.10", "access to the proxy subresource of nodes is minimal"),
    cis("5.1.11", "access to the approval of certificate signing requests is minimal"),
    cis("5.1.13", "access to the creation of service accounts' tokens is minimal"),
  ],
  settings: [],
  check(manifest) {
    if (!isRole(manifest) || isBuiltIn(manifest)) return [];
    return accessRulesOf(manifest).flatMap((rule) => ways.flatMap((way) => findings(rule, way)));
  },
};

function findings(rule: AccessRule, { group, resource, verbs, then, isNarrowedBy, mend }: Way): Finding[] {
  if (!rule.apiGroups.includes(group) && !rule.apiGroups.includes("*")) return [];
  const named = rule.resources.find((name) => holds(name, resource));
  // A rule without verbs is none.
  const does = rule.verbs.find((verb) => verb === "*" || verbs === undefined || verbs.includes(verb));
  if (named === undefined || does === undefined) return [];
  if (rule.resourceNames.length > 0 && rule.resourceNames.every(isNarrowedBy)) return [];
  const field = join(rule.field, "resources");
  return [violation(field, `${field} has ${JSON.stringify(named)} with ${JSON.stringify(does)}: ${then}. ${mend}`)];
}

/** As the API server compares them: a star is everything, and before a subresource it is that of every resource. */
function holds(name: string, resource: string): boolean {
  const [, subresource] = resource.split("/");
  return name === resource || name === "*" || (subresource !== undefined && name === `*/${subresource}`);
}
