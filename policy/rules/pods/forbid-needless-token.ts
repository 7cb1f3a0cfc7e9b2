import { isMap, join, listAt, mapAt } from "../../manifest";
import { identityServiceOf } from "../../readers/identity";
import { type Pod, podsOf, show } from "../../readers/pods";
import { AccountRoles } from "../../readers/roles";
import { accountOf, ServiceAccounts } from "../../readers/serviceAccounts";
import { cis, nsaHardening, weakness } from "../../references";
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
    cis("5.1.6", "tokens of service accounts are mounted only where they are needed"),
    {
      id: "Service account tokens",
      url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
      about: "how a pod or an account opts out of the token",
    },
  ],
  settings: [],
  checkTogether(members) {
    const accounts = new ServiceAccounts(members);
    const roles = new AccountRoles(members);
    return eachMember(this, members, (member) =>
      podsOf(member.manifest).flatMap((pod) => {
        const service = identityServiceOf(pod);
        if (service !== "oauth2-proxy" && service !== "Dex") return [];
        const projected = apiTokenIn(pod);
        if (!accounts.mountsToken(pod, member) && projected === undefined) return [];
        if (service === "Dex" && storesInKubernetes(pod, member, roles)) return [];
        const unless = service === "Dex" ? ", unless Dex stores in Kubernetes with a role for dex.coreos.com" : "";
        if (projected !== undefined) {
          return [
            violation(projected, `${projected} is a token of the API, in a pod of ${service}. Remove it${unless}.`),
          ];
        }
        const field = join(pod.field, "automountServiceAccountToken");
        const value = show(pod.spec["automountServiceAccountToken"]);
        return [violation(field, `${field} is ${value}, in a pod of ${service}. Write false${unless}.`)];
      }),
    );
  },
};

/** Where a volume brings a token that the API server takes: one without an audience of somebody else's. */
function apiTokenIn(pod: Pod): string | undefined {
  const list = join(pod.field, "volumes");
  const found = listAt(pod.spec["volumes"], list).flatMap((item, index) => {
    const place = join(join(list, index), "projected");
    const sources = mapAt(mapAt(item, join(list, index))["projected"], place)["sources"];
    return listAt(sources, join(place, "sources")).flatMap((source, at) => {
      const field = join(join(join(place, "sources"), at), "serviceAccountToken");
      const token = mapAt(source, field)["serviceAccountToken"];
      return isMap(token) && [undefined, null, ""].includes(token["audience"] as string) ? [field] : [];
    });
  });
  return found[0];
}

function storesInKubernetes(pod: Pod, { namespace }: Member, roles: AccountRoles): boolean {
  return roles
    .rulesOf({ namespace, name: accountOf(pod) })
    .some(({ apiGroups }) => apiGroups.includes("dex.coreos.com"));
}
