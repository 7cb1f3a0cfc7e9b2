import { nameOf } from "../manifest";
import { type Member } from "../rule";
import { Lookup } from "./lookup";
import { type Pod } from "./pods";

/** The name of the account that a pod runs as. */
export function accountOf(pod: Pod): string {
  const name = pod.spec["serviceAccountName"] ?? pod.spec["serviceAccount"];
  return typeof name === "string" && name !== "" ? name : "default";
}

/** The service accounts among the objects. */
export class ServiceAccounts {
  readonly #byName: Lookup<Member>;

  constructor(members: readonly Member[]) {
    this.#byName = new Lookup(
      members.filter(({ manifest }) => manifest.apiVersion === "v1" && manifest.kind === "ServiceAccount"),
      ({ manifest, namespace }) => [`${namespace}/${nameOf(manifest)}`],
    );
  }

  /** Whether a pod gets its account's token: by its own word, else by its account's, else it does, as the kubelet has it. */
  mountsToken(pod: Pod, { namespace }: Member): boolean {
    const own = pod.spec["automountServiceAccountToken"];
    if (own !== undefined && own !== null) return own !== false;
    const account = this.#byName.first(`${namespace}/${accountOf(pod)}`);
    return account?.manifest["automountServiceAccountToken"] !== false;
  }
}
