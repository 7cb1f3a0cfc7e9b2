import { isBuiltIn } from "../../readers/builtInRoles";
import { bindingOf, grants, isBinding, type Subject } from "../../readers/rbac";
import { Roles } from "../../readers/roles";
import { cis, owasp, rbacGoodPractices, weakness } from "../../references";
import { type Member, type StackRule, violation } from "../../rule";
import { eachMember } from "../eachMember";

const { framework, cwe } = weakness(522, "Insufficiently Protected Credentials");

const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/** Kubernetes' own roles that reach Secrets; cluster-admin is another rule's. */
const builtInRoles = new Set(["admin", "edit"]);

/**
 * Only the controllers that the settings name reach every namespace's Secrets.
 *
 * cert-manager writes certificates where somebody asks for them, and Istio reads the gateways' keys and those of other
 * clusters: their charts bind it, so that their accounts are in the setting's default. A person never is.
 */
export const limitSecretAccess: StackRule = {
  name: "limit-secret-access",
  title: "Few accounts reach every Secret",
  why:
    "Whoever reads every Secret has every service account's token of the old kind, every TLS key, Dex's and " +
    "oauth2-proxy's secrets, and is everybody.",
  mend: "Bind the role with a RoleBinding in each namespace that needs it, or name the Secrets in resourceNames.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K02"), rbacGoodPractices, cis("5.1.2", "access to secrets is minimal")],
  settings: ["clusterControllers"],
  checkTogether(members, { settings }) {
    const roles = new Roles(members);
    return eachMember(this, members, ({ manifest, namespace }) => {
      if (!isBinding(manifest) || manifest.kind !== "ClusterRoleBinding" || isBuiltIn(manifest)) return [];
      const { role, subjects } = bindingOf(manifest);
      const place = secretsIn(roles, role, namespace);
      if (place === undefined) return [];
      return subjects
        .filter((subject) => !settings.clusterControllers.includes(accountOf(subject)))
        .map((subject) => {
          const message =
            `${subject.field} lets ${described(subject)} reach the Secrets of every namespace (${place}). ` +
            "Bind the role in single namespaces, or add the account to the pack's clusterControllers.";
          return violation(subject.field, message);
        });
    });
  },
};

/** Where a role reaches Secrets, if it does: one that isn't here can't be looked into. */
function secretsIn(roles: Roles, role: { kind: string; name: string }, namespace: string): string | undefined {
  if (builtInRoles.has(role.name)) return `the built-in ClusterRole ${role.name}`;
  const found: Member | undefined = roles.find(role.kind, role.name, namespace);
  if (!found || role.name === "cluster-admin") return undefined;
  const rule = roles.rulesOf(found).find((one) => one.resourceNames.length === 0 && grants(one, "", "secrets", verbs));
  return rule && `${rule.field} of the ClusterRole ${rule.role}`;
}

function accountOf({ kind, name, namespace }: Subject): string {
  return kind === "ServiceAccount" && namespace !== undefined ? `${namespace}/${name}` : "";
}

function described({ kind, name, namespace }: Subject): string {
  return `the ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
