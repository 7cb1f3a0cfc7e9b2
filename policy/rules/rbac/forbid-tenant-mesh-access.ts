import { type Manifest, nameOf } from "../../manifest";
import { isBuiltIn } from "../../readers/builtInRoles";
import {
  accessRulesOf,
  type AccessRule,
  bindingOf,
  grants,
  isBinding,
  isRole,
  labelsOf,
  type Subject,
} from "../../readers/rbac";
import { Roles } from "../../readers/roles";
import { owasp, weakness } from "../../references";
import { type Finding, type StackRule, violation } from "../../rule";
import { eachMember } from "../eachMember";

const { framework, cwe } = weakness(862, "Missing Authorization");

/** The groups whose objects decide who gets to which service. */
const meshGroups = [
  "networking.istio.io",
  "security.istio.io",
  "extensions.istio.io",
  "telemetry.istio.io",
  "gateway.networking.k8s.io",
  "gateway.networking.x-k8s.io",
];

const reading = new Set(["get", "list", "watch"]);

/** What cert-manager took out of its own role for tenants; deleting and patching a challenge is left there. */
const acme: readonly [resource: string, verbs: readonly string[]][] = [
  ["challenges", ["create"]],
  ["orders", ["create", "update", "patch"]],
];

/** The roles that Kubeflow and Kubernetes bind to the people of a namespace. */
const tenantRoles = /^(kubeflow-(admin|edit|view)|admin|edit|view)$/;

/** Kubeflow's accounts in each profile, which every notebook and pipeline of a tenant runs as. */
const tenantAccounts = /^default-(editor|viewer)$/;

/**
 * Tenants write no object that routes or authorises, and no challenge of ACME.
 *
 * A role is a tenant's when others aggregate it, when it is one of those that Kubeflow binds in each profile, or when a
 * RoleBinding gives it to users, groups or a profile's accounts. For the whole cluster only a profile's accounts and
 * everybody's groups are tenants: people who are bound there run the cluster.
 */
export const forbidTenantMeshAccess: StackRule = {
  name: "forbid-tenant-mesh-access",
  title: "Tenants can't write routes or policies",
  why:
    "A tenant's VirtualService can take another's path, its AuthorizationPolicy can open its own namespace, its " +
    "EnvoyFilter can stop istiod, and its ACME Challenge spends the cluster's DNS credentials.",
  mend: "Leave get, list and watch in the role, and remove the other verbs on Istio's and the Gateway API's groups and on ACME's resources.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K02"),
    {
      id: "CVE-2026-62290",
      url: "https://github.com/cert-manager/cert-manager/security/advisories/GHSA-8rvj-mm4h-c258",
      about: "cert-manager's role for tenants could create challenges and orders",
    },
    {
      id: "ISTIO-SECURITY-2026-006",
      url: "https://istio.io/latest/news/security/istio-security-2026-006/",
      about: "an EnvoyFilter in a tenant's namespace stops istiod for the whole mesh",
    },
  ],
  settings: [],
  checkTogether(members) {
    const roles = new Roles(members);
    const rejected = new Set<string>();
    const inRoles = eachMember(this, members, ({ manifest }) => {
      if (!isRole(manifest) || isBuiltIn(manifest) || !isForTenants(manifest)) return [];
      return accessRulesOf(manifest).flatMap((rule) =>
        writes(rule).map((what) => {
          rejected.add(`${nameOf(manifest)} ${rule.field}`);
          return finding(rule.field, `${rule.field} lets tenants ${what}.`);
        }),
      );
    });
    const inBindings = eachMember(this, members, ({ manifest, namespace }) => {
      if (!isBinding(manifest) || isBuiltIn(manifest)) return [];
      const { role, subjects } = bindingOf(manifest);
      const tenant = subjects.find(manifest.kind === "RoleBinding" ? isTenant : isEverybody);
      const found = tenant && roles.find(role.kind, role.name, namespace);
      if (!found) return [];
      return roles
        .rulesOf(found)
        .filter((rule) => !rejected.has(`${rule.role} ${rule.field}`))
        .flatMap((rule) =>
          writes(rule).map((what) =>
            finding(
              tenant.field,
              `${tenant.field} lets the ${tenant.kind} ${JSON.stringify(tenant.name)} ${what} ` +
                `(${rule.field} of the ${role.kind} ${rule.role}).`,
            ),
          ),
        );
    });
    return [...inRoles, ...inBindings];
  },
};

function finding(field: string, message: string): Finding {
  return violation(field, `${message} Leave get, list and watch alone.`);
}

function isForTenants(role: Manifest): boolean {
  const labels = labelsOf(role);
  return (
    (role.kind === "ClusterRole" && tenantRoles.test(nameOf(role))) ||
    Object.keys(labels).some((key) => key.includes("/aggregate-to-") && labels[key] === "true")
  );
}

/** Kubernetes' own users and groups are nodes and controllers. */
function isTenant(subject: Subject): boolean {
  return isEverybody(subject) || (subject.kind !== "ServiceAccount" && !subject.name.startsWith("system:"));
}

/** Whom only tenants' things are in, or them too; a person who is bound for the whole cluster is an operator. */
function isEverybody({ kind, name }: Subject): boolean {
  if (kind === "ServiceAccount") return tenantAccounts.test(name);
  // The same account by the name that it has for the API server.
  const [, account] = /^system:serviceaccount:[^:]+:(.+)$/.exec(name) ?? [];
  if (account !== undefined) return tenantAccounts.test(account);
  return /^system:(authenticated|unauthenticated|serviceaccounts(:.+)?)$/.test(name);
}

/** What a rule lets its holder write, in words. */
function writes(rule: AccessRule): string[] {
  const verbs = rule.verbs.filter((verb) => !reading.has(verb));
  // Istio's status fields are its own, and nobody's traffic depends on them.
  const objects = rule.resources.filter((name) => !name.endsWith("/status"));
  const groups = rule.apiGroups.includes("*")
    ? meshGroups
    : rule.apiGroups.filter((group) => meshGroups.includes(group));
  const mesh = verbs.length > 0 && objects.length > 0 ? groups.map((group) => `${verbs.join(", ")} in ${group}`) : [];
  const challenges = acme
    .filter(([resource, forbidden]) => grants(rule, "acme.cert-manager.io", resource, forbidden))
    .map(([resource, forbidden]) => {
      const held = rule.verbs.includes("*") ? ["*"] : forbidden.filter((verb) => rule.verbs.includes(verb));
      return `${held.join(", ")} ACME's ${resource}`;
    });
  return [...mesh, ...challenges];
}
