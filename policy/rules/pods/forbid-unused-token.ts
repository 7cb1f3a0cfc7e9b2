import { groupOf, join } from "../../manifest";
import { identityServiceOf } from "../../readers/identity";
import { podsOf, show } from "../../readers/pods";
import { AccountRoles } from "../../readers/roles";
import { accountOf, ServiceAccounts } from "../../readers/serviceAccounts";
import { cis, nsaHardening, weakness } from "../../references";
import { type StackRule, violation } from "../../rule";
import { eachMember } from "../eachMember";

const { framework, cwe } = weakness(272, "Least Privilege Violation");

/** Kubernetes' own workloads; the operator of another kind decides which account its pods run as. */
const workloads = new Set(["", "apps", "batch"]);

/**
 * A pod whose account may do nothing has no token of it.
 *
 * Advisory, because the account's roles can be somewhere else than in these objects, and because some programs show the
 * token to others to say who they are. oauth2-proxy and Dex have a rule of their own.
 */
export const forbidUnusedToken: StackRule = {
  name: "forbid-unused-token",
  title: "No API token of an account without roles",
  why:
    "A token that nothing uses is still a name at the Kubernetes API, and gets whatever is bound to that name, or to " +
    "every account, later.",
  mend: "Write automountServiceAccountToken: false in the pod's spec or in its ServiceAccount.",
  severity: "low",
  enforcementLevel: "advisory",
  framework,
  references: [cwe, nsaHardening, cis("5.1.6", "tokens of service accounts are mounted only where they are needed")],
  settings: [],
  checkTogether(members) {
    const accounts = new ServiceAccounts(members);
    const roles = new AccountRoles(members);
    return eachMember(this, members, (member) => {
      if (!workloads.has(groupOf(member.manifest))) return [];
      return podsOf(member.manifest).flatMap((pod) => {
        const service = identityServiceOf(pod);
        if (service === "oauth2-proxy" || service === "Dex" || !accounts.mountsToken(pod, member)) return [];
        const account = { namespace: member.namespace, name: accountOf(pod) };
        if (roles.mayAct(account)) return [];
        const field = join(pod.field, "automountServiceAccountToken");
        const message =
          `${field} is ${show(pod.spec["automountServiceAccountToken"])}, and the account ` +
          `${account.namespace}/${account.name} has no role here. Write false.`;
        return [violation(field, message)];
      });
    });
  },
};
