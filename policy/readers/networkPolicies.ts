import { groupOf, join, listAt, type Manifest, mapAt } from "../manifest";
import { selects } from "./selector";

/** One entry of `ingress` or `egress`. Empty `peers` mean everybody, empty `ports` all of them. */
export interface TrafficRule {
  readonly field: string;
  readonly peers: readonly Peer[];
  readonly ports: readonly Record<string, unknown>[];
}

export interface Peer {
  readonly field: string;
  readonly values: Record<string, unknown>;
}

export type Direction = "ingress" | "egress";

export function isNetworkPolicy(manifest: Manifest): boolean {
  return ["networking.k8s.io", "extensions"].includes(groupOf(manifest)) && manifest.kind === "NetworkPolicy";
}

/** Whether a policy says anything about a direction; without `policyTypes` it does about ingress. */
export function governs(policy: Manifest, direction: Direction): boolean {
  const spec = mapAt(policy["spec"], "spec");
  const types = listAt(spec["policyTypes"], "spec.policyTypes");
  if (types.length > 0) return types.includes(direction === "ingress" ? "Ingress" : "Egress");
  return direction === "ingress" || listAt(spec["egress"], "spec.egress").length > 0;
}

/** Whether a policy is about pods with these labels; it has to be in their namespace, too. */
export function selectsPod(policy: Manifest, labels: Record<string, unknown>): boolean {
  return selects(mapAt(policy["spec"], "spec")["podSelector"], labels, "spec.podSelector");
}

export function trafficRules(policy: Manifest, direction: Direction): TrafficRule[] {
  if (!governs(policy, direction)) return [];
  const list = `spec.${direction}`;
  const side = direction === "ingress" ? "from" : "to";
  return listAt(mapAt(policy["spec"], "spec")[direction], list).map((item, index) => {
    const field = join(list, index);
    const rule = mapAt(item, field);
    return {
      field,
      peers: listAt(rule[side], join(field, side)).map((peer, at) => {
        const place = join(join(field, side), at);
        return { field: place, values: mapAt(peer, place) };
      }),
      ports: listAt(rule["ports"], join(field, "ports")).map((port) => mapAt(port, join(field, "ports"))),
    };
  });
}

/**
 * Whether a selector takes everything, or everything but what it names: it has no condition that says which ones. A label
 * that only has to be there says so, unless every namespace has it.
 */
export function takesEverything(selector: unknown, field: string): boolean {
  const { matchLabels, matchExpressions } = mapAt(selector, field);
  const names = listAt(matchExpressions, field).some((item) => {
    const { key, operator } = mapAt(item, field);
    return operator === "In" || (operator === "Exists" && key !== "kubernetes.io/metadata.name");
  });
  return Object.keys(mapAt(matchLabels, field)).length === 0 && !names;
}
