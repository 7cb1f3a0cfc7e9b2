import { isBuiltIn } from "../../readers/builtInRoles";
import { bindingOf, isBinding } from "../../readers/rbac";
import { cis, owasp, rbacGoodPractices, weakness } from "../../references";
import { type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(250, "Execution with Unnecessary Privileges");

/**
 * Roles that Kubernetes makes for its own components, and for nobody else: each reads every Secret, binds roles, or is a node.
 * Distributions bind the user kube-apiserver to the kubelet's. What is left of its `system:` roles is for others to be bound to, such as system:auth-delegator.
 */
const ofComponents =
  /^system:(controller:.+|kube-(controller-manager|scheduler|aggregator)|node|kubelet-api-admin|aggregate-to-(admin|edit))$/;

/**
 * Nobody is bound to cluster-admin, and nobody but Kubernetes itself to the roles of its components. Its binding to system:masters passes: that group may do everything whatever roles
 * say, and the API server makes the binding itself.
 */
export const forbidClusterAdmin: Rule = {
  name: "forbid-cluster-admin",
  title: "Nobody is bound to cluster-admin",
  why:
    "An account with cluster-admin is the cluster: one hole in the pod that holds its token gives away every namespace, " +
    "every Secret and every node. In a RoleBinding it still gives away all of a namespace.",
  mend: "Bind a role that names what the account needs; for people, use a group that your sign-in grants for a while.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K02"), rbacGoodPractices, cis("5.1.1", "cluster-admin is used only where it is required")],
  settings: [],
  check(manifest) {
    if (!isBinding(manifest)) return [];
    const { role, subjects } = bindingOf(manifest);
    if (role.name !== "cluster-admin" && (!ofComponents.test(role.name) || isBuiltIn(manifest))) return [];
    const own = role.name === "cluster-admin" ? "Group system:masters" : "User kube-apiserver";
    return subjects
      .filter(({ kind, name }) => `${kind} ${name}` !== own)
      .map(({ field, kind, name }) =>
        violation(field, `${field} binds the ${kind} ${JSON.stringify(name)} to ${role.name}. Bind a smaller role.`),
      );
  },
};
