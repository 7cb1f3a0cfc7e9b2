import { type Manifest, mapAt } from "../manifest";
import { type Member } from "../rule";
import { LabelIndex } from "./labelIndex";
import { governs, isNetworkPolicy, selectsPod } from "./networkPolicies";

/** Policies that are about a pod. */
interface About {
  readonly any: boolean;
  /** Those that were about no pod that was asked for before. */
  readonly fresh: readonly Member[];
}

/** The NetworkPolicies among the objects that say who may come in, by the pods that they select. */
export class IngressPolicies {
  readonly #byNamespace = new Map<string, LabelIndex<Member>>();
  /** Where one can't be told, it may be about any pod. */
  readonly #unread: unknown[] = [];
  readonly #met = new Set<Member>();
  readonly #answers = new Map<string, boolean>();

  constructor(members: readonly Member[]) {
    const groups = new Map<string, (readonly [Record<string, unknown>, Member])[]>();
    for (const member of members.filter(({ manifest }) => isNetworkPolicy(manifest))) {
      try {
        if (!governs(member.manifest, "ingress")) continue;
        const entry = [labelsAsked(member.manifest), member] as const;
        const group = groups.get(member.namespace);
        if (group) group.push(entry);
        else groups.set(member.namespace, [entry]);
      } catch (error) {
        this.#unread.push(error);
      }
    }
    for (const [namespace, group] of groups) this.#byNamespace.set(namespace, new LabelIndex(group));
  }

  about(labels: Record<string, unknown>, namespace: string): About {
    if (this.#unread.length > 0) throw this.#unread[0];
    const index = this.#byNamespace.get(namespace);
    if (!index) return { any: false, fresh: [] };
    const key = JSON.stringify([namespace, labels]);
    const answer = this.#answers.get(key);
    if (answer !== undefined) return { any: answer, fresh: [] };
    const candidates = index.candidates(labels);
    const fresh = candidates.filter((policy) => !this.#met.has(policy) && selectsPod(policy.manifest, labels));
    const any =
      fresh.length > 0 || candidates.some((policy) => this.#met.has(policy) && selectsPod(policy.manifest, labels));
    for (const policy of fresh) this.#met.add(policy);
    this.#answers.set(key, any);
    return { any, fresh };
  }
}

/** What a pod must have for a policy to select it; expressions are looked at afterwards. */
function labelsAsked(policy: Manifest): Record<string, unknown> {
  const selector = mapAt(mapAt(policy["spec"], "spec")["podSelector"], "spec.podSelector");
  return mapAt(selector["matchLabels"], "spec.podSelector.matchLabels");
}
