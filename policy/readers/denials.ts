import { type Manifest, mapAt } from "../manifest";
import { isUnknownValue, type Member, type StackContext } from "../rule";
import { actionOf, policyRules, type Ports, portsRefused } from "./authorizationPolicy";
import { GatewayPorts } from "./gatewayPorts";
import { isKind } from "./istio";
import { type Reach, reachOf } from "./istioReach";
import { ReachIndex } from "./reachIndex";

/** How far those who have no principal are turned away. */
export interface Protection {
  readonly isWhole: boolean;
  /** The ports that policies name where they don't name all that there are, or where that can't be told. */
  readonly ports: readonly string[];
}

/** The policies among the objects that may turn away whoever has no principal, by the workloads that they are about. */
export class Denials {
  readonly #policies: ReachIndex<Member>;
  readonly #context: StackContext;
  readonly #gateways: GatewayPorts;
  readonly #refused = new Map<Member, Ports>();
  readonly #answers = new Map<string, Protection>();

  constructor(members: readonly Member[], context: StackContext) {
    this.#context = context;
    this.#gateways = new GatewayPorts(members);
    this.#policies = new ReachIndex(
      members.filter(({ manifest }) => isKind(manifest, "AuthorizationPolicy") && mayBeDenial(manifest)),
      (policy) => reachOf(policy, context),
    );
  }

  /** Whether they turn away whoever has no principal, on all of an object's workloads and at all ports of their Gateways. */
  of(member: Member): Protection {
    const reach = reachOf(member, this.#context);
    const revision = revisionOf(member.manifest);
    const key = JSON.stringify([reach, revision]);
    const answer = this.#answers.get(key) ?? this.#look(reach, revision);
    this.#answers.set(key, answer);
    return answer;
  }

  #look(reach: Reach, revision: unknown): Protection {
    // One that can't be told may be the one that is looked for; another may be it for certain.
    const hidden: unknown[] = [...this.#policies.unread];
    const ports = new Set<string>();
    const found = this.#policies.covering(reach).some((policy) => {
      try {
        if (![undefined, revision].includes(revisionOf(policy.manifest))) return false;
        const refused = this.#refusedBy(policy);
        if (refused === "every") return true;
        for (const port of refused) ports.add(port);
      } catch (error) {
        if (!isUnknownValue(error)) throw error;
        hidden.push(error);
      }
      return false;
    });
    if (found || (ports.size > 0 && this.#gateways.areAllIn(reach, ports))) return { isWhole: true, ports: [] };
    if (hidden.length > 0) throw hidden[0];
    return { isWhole: false, ports: [...ports] };
  }

  #refusedBy(policy: Member): Ports {
    const known = this.#refused.get(policy);
    if (known !== undefined) return known;
    const { manifest } = policy;
    const each = actionOf(manifest) === "DENY" && !isDryRun(manifest) ? policyRules(manifest).map(portsRefused) : [];
    const refused = each.includes("every") ? "every" : each.flat();
    this.#refused.set(policy, refused);
    return refused;
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
