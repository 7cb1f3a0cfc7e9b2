import type * as k8s from "@pulumi/kubernetes";
import { type Flow, type Peer } from "./flows";
import { partOf } from "./labels";

export { type Flow } from "./flows";

export interface NamedNetworkPolicy {
  /** Distinguishes the policies of one namespace. */
  suffix: string;
  args: k8s.networking.v1.NetworkPolicyArgs & { spec: k8s.types.input.networking.v1.NetworkPolicySpec };
}

/**
 * The NetworkPolicies of one namespace: everything is denied, then one policy for each workload opens its flows, and
 * one without a pod selector those of the whole namespace.
 */
export function networkPolicies(namespace: string, flows: readonly Flow[]): NamedNetworkPolicy[] {
  const local = new Map<string, { peer: Peer; incoming: Flow[]; outgoing: Flow[] }>();
  const room = (peer: Peer) => {
    const key = peer.kind === "workload" ? peer.name : "";
    const entry = local.get(key) ?? { peer, incoming: [], outgoing: [] };
    local.set(key, entry);
    return entry;
  };
  for (const flow of flows) {
    if (isIn(flow.from, namespace)) {
      room(flow.from).outgoing.push(flow);
    }
    if (isIn(flow.to, namespace)) {
      room(flow.to).incoming.push(flow);
    }
  }
  const policy = (
    suffix: string,
    spec: k8s.types.input.networking.v1.NetworkPolicySpec,
    annotations?: Record<string, string>,
  ): NamedNetworkPolicy => ({
    suffix,
    args: {
      metadata: {
        name: suffix,
        namespace,
        labels: partOf,
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec,
    },
  });
  const denyAll = policy("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  const open = [...local.values()].map(({ peer, incoming, outgoing }) =>
    policy(
      `allow-${peer.kind === "workload" ? peer.name : "all"}`,
      {
        podSelector: peer.kind === "workload" ? { matchLabels: peer.labels } : {},
        policyTypes: [...(incoming.length > 0 ? ["Ingress"] : []), ...(outgoing.length > 0 ? ["Egress"] : [])],
        ...(incoming.length > 0
          ? { ingress: incoming.map((flow) => ({ ...named("from", selectors(flow.from)), ports: portsOf(flow) })) }
          : {}),
        ...(outgoing.length > 0
          ? { egress: outgoing.map((flow) => ({ ...named("to", selectors(flow.to)), ports: portsOf(flow) })) }
          : {}),
      },
      exceptionReasons(outgoing),
    ),
  );
  return [denyAll, ...open];
}

function isIn(peer: Peer, namespace: string): boolean {
  return (peer.kind === "workload" || peer.kind === "namespace") && peer.namespace === namespace;
}

function named<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: Value });
}

/** The selectors of a peer; none for anyone, which is how a NetworkPolicy says it. */
function selectors(peer: Peer): k8s.types.input.networking.v1.NetworkPolicyPeer[] | undefined {
  // The API server sets this label on every namespace and lets nobody change it.
  const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
  switch (peer.kind) {
    case "workload":
      return [{ namespaceSelector: inNamespace(peer.namespace), podSelector: { matchLabels: peer.labels } }];
    case "namespace":
      return [{ namespaceSelector: inNamespace(peer.namespace) }];
    case "namespaces":
      return [{ namespaceSelector: { matchLabels: peer.labels } }];
    case "allPods":
      return [{ namespaceSelector: {} }];
    case "addresses":
      return peer.cidrs.map((cidr) => {
        const except = (peer.except ?? []).filter((hole) => hole.includes(":") === cidr.includes(":"));
        return { ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } };
      });
    case "anyone":
      return undefined;
  }
}

function portsOf({ ports }: Flow): k8s.types.input.networking.v1.NetworkPolicyPort[] {
  return ports === "any TCP port" ? [{ protocol: "TCP" }] : ports.map(({ port, protocol }) => ({ port, protocol }));
}

function exceptionReasons(flows: readonly Flow[]): Record<string, string> | undefined {
  const reasons = flows
    .filter(({ to }) => to.kind === "addresses" && to.name === "cloud metadata server")
    .map(({ why }) => why);
  return reasons.length === 0 ? undefined : { "gatehouse/metadata-exception": reasons.join("; ") };
}
