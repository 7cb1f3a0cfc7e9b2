import { join } from "../../manifest";
import { identityServiceOf } from "../../readers/identity";
import { type Pod, podsOf, show } from "../../readers/pods";
import { rulesFor } from "../../readers/rbac";
import { accountOf, mountsToken } from "../../readers/serviceAccounts";
import { nsaHardening, weakness } from "../../references";
import { type Member, type StackRule, violation } from "../../rule";
import { eachMember } from "../eachMember";

const { framework, cwe } = weakness(272, "Least Privilege Violation");

/**
 * oauth2-proxy has no token of the Kubernetes API, and Dex only where it stores there.
 *
 * That Dex stores there shows in a role for dex.coreos.com that is bound to its account: with another storage nobody
 * grants it. Other pods need their token for what their roles say, or prove who they are with it.
 */
export const forbidNeedlessToken: StackRule = {
  name: "forbid-needless-token",
  title: "No API token where none is needed",
  why:
    "Whoever reads one file of oauth2-proxy or Dex has the account's token, and with it whatever anybody ever binds to " +
    "that account; neither talks to the Kubernetes API, unless Dex stores there.",
  mend: "Write automountServiceAccountToken: false in the pod's spec or in its ServiceAccount.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    nsaHardening,
    {
      id: "Service account tokens",
      url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
      about: "how a pod or an account opts out of the token",
    },
  ],
  settings: [],
  checkTogether(members) {
    return eachMember(this, members, (member) =>
      podsOf(member.manifest).flatMap((pod) => {
        const service = identityServiceOf(pod);
        if (service !== "oauth2-proxy" && service !== "Dex") return [];
        if (!mountsToken(pod, member, members)) return [];
        if (service === "Dex" && storesInKubernetes(pod, member, members)) return [];
        const field = join(pod.field, "automountServiceAccountToken");
        const unless = service === "Dex" ? ", unless Dex stores in Kubernetes with a role for dex.coreos.com" : "";
        const value = show(pod.spec["automountServiceAccountToken"]);
        return [violation(field, `${field} is ${value}, in a pod of ${service}. Write false${unless}.`)];
      }),
    );
  },
};

function storesInKubernetes(pod: Pod, { namespace }: Member, members: readonly Member[]): boolean {
  return rulesFor(members, { namespace, name: accountOf(pod) }).some(({ apiGroups }) =>
    apiGroups.includes("dex.coreos.com"),
  );
}
