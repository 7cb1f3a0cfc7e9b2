import { bindingOf, isBinding } from "../../readers/rbac";
import { rbacGoodPractices, weakness } from "../../references";
import { type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(250, "Execution with Unnecessary Privileges");

/**
 * Nobody is bound to cluster-admin. Its binding to system:masters passes: that group may do everything whatever roles
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
  references: [cwe, rbacGoodPractices],
  settings: [],
  check(manifest) {
    if (!isBinding(manifest)) return [];
    const { role, subjects } = bindingOf(manifest);
    if (role.name !== "cluster-admin") return [];
    return subjects
      .filter(({ kind, name }) => !(kind === "Group" && name === "system:masters"))
      .map(({ field, kind, name }) =>
        violation(field, `${field} binds the ${kind} ${JSON.stringify(name)} to cluster-admin. Bind a smaller role.`),
      );
  },
};
