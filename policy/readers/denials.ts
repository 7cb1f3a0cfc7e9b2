import { type Manifest, mapAt } from "../manifest";
import { isUnknownValue, type Member, type StackContext } from "../rule";
import { actionOf, policyRules, refusesStrangers } from "./authorizationPolicy";
import { isKind } from "./istio";
import { type Reach, reachOf } from "./istioReach";
import { ReachIndex } from "./reachIndex";

/** The policies among the objects that may turn away whoever has no principal, by the workloads that they are about. */
export class Denials {
  readonly #policies: ReachIndex<Member>;
  readonly #context: StackContext;
  readonly #refuses = new Map<Member, boolean>();
  readonly #answers = new Map<string, boolean>();

  constructor(members: readonly Member[], context: StackContext) {
    this.#context = context;
    this.#policies = new ReachIndex(
      members.filter(({ manifest }) => isKind(manifest, "AuthorizationPolicy") && mayBeDenial(manifest)),
      (policy) => reachOf(policy, context),
    );
  }

  /** Whether one of them turns away whoever has no principal, on all of an object's workloads. */
  protects(member: Member): boolean {
    const reach = reachOf(member, this.#context);
    const revision = revisionOf(member.manifest);
    const key = JSON.stringify([reach, revision]);
    const answer = this.#answers.get(key) ?? this.#look(reach, revision);
    this.#answers.set(key, answer);
    return answer;
  }

  #look(reach: Reach, revision: unknown): boolean {
    // One that can't be told may be the one that is looked for; another may be it for certain.
    const hidden: unknown[] = [...this.#policies.unread];
    const found = this.#policies.covering(reach).some((policy) => {
      try {
        return [undefined, revision].includes(revisionOf(policy.manifest)) && this.#refusesStrangers(policy);
      } catch (error) {
        if (!isUnknownValue(error)) throw error;
        hidden.push(error);
        return false;
      }
    });
    if (!found && hidden.length > 0) throw hidden[0];
    return found;
  }

  #refusesStrangers(policy: Member): boolean {
    const known = this.#refuses.get(policy);
    if (known !== undefined) return known;
    const { manifest } = policy;
    const refuses =
      actionOf(manifest) === "DENY" && !isDryRun(manifest) && policyRules(manifest).some(refusesStrangers);
    this.#refuses.set(policy, refuses);
    return refuses;
  }
}

/** The istiod that takes notice of an object (ObjectInRevision of Istio); all of them where it names none. */
function revisionOf(manifest: Manifest): unknown {
  return mapAt(mapAt(manifest["metadata"], "metadata")["labels"], "metadata.labels")["istio.io/rev"];
}

/** A policy that only counts what it would deny (isDryRun in pilot/pkg/security/authz/builder); Go's strconv.ParseBool. */
function isDryRun(manifest: Manifest): boolean {
  const annotations = mapAt(mapAt(manifest["metadata"], "metadata")["annotations"], "metadata.annotations");
  const said = annotations["istio.io/dry-run"];
  return said === true || (typeof said === "string" && /^(1|t|true)$/i.test(said));
}

/** A policy that is certainly something else is spared the rest. */
function mayBeDenial(manifest: Manifest): boolean {
  try {
    return actionOf(manifest) === "DENY";
  } catch {
    return true;
  }
}
