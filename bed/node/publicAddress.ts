import { kubectl, type ProgramPaths } from "./controlPlane";
import { addresses } from "./layout";
import { onClient } from "./machines";

interface ServiceList {
  items: {
    spec: { type: string; ports: { name?: string; port: number; nodePort?: number }[] };
    status: { loadBalancer?: { ingress?: { ip?: string }[] } };
  }[];
}

/**
 * The address at which the gateway is reached from outside: its load balancer's, or the node's, whose ports 80 and 443 lead
 * to those of the NodePort Service, as kind's port mappings do.
 */
export async function publicAddress(programs: ProgramPaths, namespace: string): Promise<string> {
  const text = await kubectl(programs, ["-n", namespace, "get", "services", "-o", "json"]);
  const services = (JSON.parse(text) as ServiceList).items;
  const balanced = services
    .flatMap(({ status }) => status.loadBalancer?.ingress ?? [])
    .find(({ ip }) => ip !== undefined);
  await onClient(["iptables", "-t", "nat", "-F", "OUTPUT"]);
  if (balanced?.ip !== undefined) {
    return balanced.ip;
  }
  const ports = services.filter(({ spec }) => spec.type === "NodePort").flatMap(({ spec }) => spec.ports);
  for (const { port, nodePort } of ports) {
    if (nodePort !== undefined) {
      const to = `${addresses.node}:${nodePort}`;
      const match = ["-d", addresses.node, "-p", "tcp", "--dport", String(port)];
      await onClient(["iptables", "-t", "nat", "-A", "OUTPUT", ...match, "-j", "DNAT", "--to-destination", to]);
    }
  }
  if (ports.length === 0) {
    throw new Error(`no Service in the namespace ${namespace} can be reached from outside`);
  }
  return addresses.node;
}
