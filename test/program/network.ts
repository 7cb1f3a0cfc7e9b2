/** NetworkPolicies as a cluster's network would read them: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
import * as ipaddr from "ipaddr.js";

export interface NetworkPolicy {
  metadata?: { name?: string; namespace?: string; annotations?: Record<string, string> };
  spec: {
    podSelector: LabelSelector;
    policyTypes?: string[];
    ingress?: { from?: Peer[]; ports?: Port[] }[];
    egress?: { to?: Peer[]; ports?: Port[] }[];
  };
}

interface LabelSelector {
  matchLabels?: Record<string, string>;
}

export interface Peer {
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface Port {
  port?: number;
  protocol?: string;
}

/** A pod, or an address outside of the cluster. */
export type End = Pod | { address: string };

export interface Pod {
  name: string;
  namespace: string;
  labels: Record<string, string>;
}

/** Whether a connection is let out on the one side and in on the other. */
export function connects(
  policies: readonly NetworkPolicy[],
  from: End,
  to: End,
  port: number,
  protocol = "TCP",
): boolean {
  return lets("Egress", policies, from, to, port, protocol) && lets("Ingress", policies, to, from, port, protocol);
}

/** Whether the policies of one end let a connection pass; without any policy for it everything passes. */
function lets(
  direction: "Ingress" | "Egress",
  policies: readonly NetworkPolicy[],
  self: End,
  other: End,
  port: number,
  protocol: string,
): boolean {
  if ("address" in self) {
    return true;
  }
  const own = policies.filter(
    ({ metadata, spec }) =>
      metadata?.namespace === self.namespace &&
      selects(spec.podSelector, self.labels) &&
      (spec.policyTypes ?? []).includes(direction),
  );
  const rules = own.flatMap(({ spec }): { peers: Peer[] | undefined; ports: Port[] | undefined }[] =>
    direction === "Ingress"
      ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
  );
  return (
    own.length === 0 ||
    rules.some(
      ({ peers = [], ports = [] }) =>
        (peers.length === 0 || peers.some((peer) => isPeer(peer, self.namespace, other))) &&
        (ports.length === 0 ||
          ports.some((one) => (one.port ?? port) === port && (one.protocol ?? "TCP") === protocol)),
    )
  );
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, ownNamespace: string, end: End): boolean {
  if ("address" in end) {
    return ipBlock !== undefined && inBlock(end.address, ipBlock);
  }
  if (ipBlock !== undefined) {
    // Whether a block covers pods differs between networks; nothing here may rest on it.
    return false;
  }
  const inNamespace =
    namespaceSelector === undefined
      ? end.namespace === ownNamespace
      : selects(namespaceSelector, { "kubernetes.io/metadata.name": end.namespace });
  return inNamespace && (podSelector === undefined || selects(podSelector, end.labels));
}

function selects({ matchLabels = {} }: LabelSelector, labels: Record<string, string>): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function inBlock(address: string, { cidr, except = [] }: { cidr: string; except?: string[] }): boolean {
  const parsed = parse(address);
  const covers = (block: string) => {
    const [network, bits] = parseBlock(block);
    return network.kind() === parsed.kind() && parsed.match([network, bits]);
  };
  return covers(cidr) && !except.some(covers);
}

// A stack has a few addresses, and the tests ask about each of them for every policy.
const parse = once(ipaddr.parse);
const parseBlock = once(ipaddr.parseCIDR);

function once<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text) ?? read(text);
    known.set(text, found);
    return found;
  };
}
