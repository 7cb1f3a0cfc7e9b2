import {
  type V1NetworkPolicy,
  type V1NetworkPolicyIngressRule,
  type V1NetworkPolicyPeer,
  type V1NetworkPolicyPort,
  type V1Pod,
} from "@kubernetes/client-node";
import { matches } from "../../../documents/labelSelector";
import { without } from "./cidr";

/** What decides who may reach whom. */
export interface Snapshot {
  pods: readonly V1Pod[];
  /** Labels of each namespace. */
  namespaces: ReadonlyMap<string, Record<string, string>>;
  policies: readonly V1NetworkPolicy[];
}

type Direction = "Ingress" | "Egress";

/** One place on the other side of a connection: addresses, and the pod whose named ports count. */
interface Peer {
  cidr: string;
  pod?: V1Pod;
}

const everywhere = "0.0.0.0/0";
const entry = "BED-POLICY";

/**
 * NetworkPolicies as rules of the kernel: a text for `iptables-restore --noflush`. They stand in the table `mangle`, which
 * comes after a Service's address has become a pod's and before kube-proxy lets anything through.
 */
export function policyRules({ pods, namespaces, policies }: Snapshot): string {
  const placed = pods.filter(isPlaced);
  const chains: string[] = [];
  const jumps: string[] = [];
  for (const [index, pod] of placed.entries()) {
    for (const direction of ["Egress", "Ingress"] as const) {
      const selecting = policies.filter((policy) => selects(policy, pod, direction));
      if (selecting.length === 0) {
        continue;
      }
      const chain = `BED-${direction === "Egress" ? "E" : "I"}-${index}`;
      const [own, other] = direction === "Egress" ? (["-s", "-d"] as const) : (["-d", "-s"] as const);
      jumps.push(`-A ${entry} ${own} ${addressOf(pod)}/32 -j ${chain}`);
      chains.push(
        ...selecting
          .flatMap((policy) => allowed(policy, direction, pod, placed, namespaces))
          .map(({ cidr, ports }) => `-A ${chain} ${other} ${cidr}${ports} -j RETURN`),
        `-A ${chain} -j DROP`,
      );
    }
  }
  const names = [...new Set(chains.map((line) => line.split(" ")[1]))];
  return [
    "*mangle",
    ...[entry, ...names].map((name) => `:${name} - [0:0]`),
    `-A ${entry} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`,
    ...jumps,
    ...chains,
    "COMMIT",
    "",
  ].join("\n");
}

/** The jumps into the rules, from what is forwarded and from what ends on the node itself, such as the API server. */
export const policyHooks = ["FORWARD", "INPUT"].map((chain) => ({ table: "mangle", chain, target: entry }));

function isPlaced({ spec, status, metadata }: V1Pod): boolean {
  const running = status?.phase === "Running" || status?.phase === "Pending";
  return running && spec?.hostNetwork !== true && status?.podIP !== undefined && metadata?.namespace !== undefined;
}

function addressOf(pod: V1Pod): string {
  return pod.status?.podIP ?? "";
}

function selects({ metadata, spec }: V1NetworkPolicy, pod: V1Pod, direction: Direction): boolean {
  const types = spec?.policyTypes ?? (spec?.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"]);
  return (
    types.includes(direction) &&
    metadata?.namespace === pod.metadata?.namespace &&
    matches(spec?.podSelector ?? {}, pod.metadata?.labels)
  );
}

function allowed(
  policy: V1NetworkPolicy,
  direction: Direction,
  pod: V1Pod,
  pods: readonly V1Pod[],
  namespaces: Snapshot["namespaces"],
): { cidr: string; ports: string }[] {
  const rules =
    direction === "Ingress"
      ? (policy.spec?.ingress ?? []).map((rule) => ({ peers: sourcesOf(rule), ports: rule.ports }))
      : (policy.spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
  return rules.flatMap(({ peers, ports }) => {
    const others =
      peers === undefined || peers.length === 0
        ? [{ cidr: everywhere }]
        : peers.flatMap((peer) => resolve(peer, policy.metadata?.namespace ?? "", pods, namespaces));
    return others.flatMap((other) =>
      portMatches(ports, direction === "Ingress" ? pod : other.pod).map((match) => ({
        cidr: other.cidr,
        ports: match,
      })),
    );
  });
}

/** The client library calls the field `_from` in what it lists, and leaves it as it is, `from`, in what it watches. */
function sourcesOf(rule: V1NetworkPolicyIngressRule & { from?: V1NetworkPolicyPeer[] }) {
  return rule._from ?? rule.from;
}

function resolve(
  { ipBlock, namespaceSelector, podSelector }: V1NetworkPolicyPeer,
  own: string,
  pods: readonly V1Pod[],
  namespaces: Snapshot["namespaces"],
): Peer[] {
  if (ipBlock !== undefined) {
    // The bed's pods have no IPv6.
    return ipBlock.cidr.includes(":") ? [] : without(ipBlock.cidr, ipBlock.except ?? []).map((cidr) => ({ cidr }));
  }
  return pods
    .filter(({ metadata }) => {
      const namespace = metadata?.namespace ?? "";
      const near =
        namespaceSelector === undefined ? namespace === own : matches(namespaceSelector, namespaces.get(namespace));
      return near && matches(podSelector ?? {}, metadata?.labels);
    })
    .map((pod) => ({ cidr: `${addressOf(pod)}/32`, pod }));
}

/** Without ports everything is meant; a named port that the pod does not have matches nothing. */
function portMatches(ports: readonly V1NetworkPolicyPort[] | undefined, target: V1Pod | undefined): string[] {
  if (ports === undefined || ports.length === 0) {
    return [""];
  }
  return ports.flatMap(({ port, endPort, protocol = "TCP" }) => {
    const match = ` -p ${protocol.toLowerCase()}`;
    if (port === undefined) {
      return [match];
    }
    if (typeof port === "number") {
      return [`${match} --dport ${port}${endPort === undefined ? "" : `:${endPort}`}`];
    }
    const containers = [...(target?.spec?.containers ?? []), ...(target?.spec?.initContainers ?? [])];
    return containers
      .flatMap((container) => container.ports ?? [])
      .filter((named) => named.name === port && (named.protocol ?? "TCP") === protocol)
      .map(({ containerPort }) => `${match} --dport ${containerPort}`);
  });
}
