import { nameOf } from "../manifest";
import { type Member } from "../rule";
import { type Pod } from "./pods";

/** The name of the account that a pod runs as. */
export function accountOf(pod: Pod): string {
  const name = pod.spec["serviceAccountName"] ?? pod.spec["serviceAccount"];
  return typeof name === "string" && name !== "" ? name : "default";
}

/** Whether a pod gets its account's token: by its own word, else by its account's, else it does, as the kubelet has it. */
export function mountsToken(pod: Pod, { namespace }: Member, members: readonly Member[]): boolean {
  const own = pod.spec["automountServiceAccountToken"];
  if (own !== undefined && own !== null) return own !== false;
  const account = members.find(
    (member) =>
      member.manifest.apiVersion === "v1" &&
      member.manifest.kind === "ServiceAccount" &&
      nameOf(member.manifest) === accountOf(pod) &&
      member.namespace === namespace,
  );
  return account?.manifest["automountServiceAccountToken"] !== false;
}
