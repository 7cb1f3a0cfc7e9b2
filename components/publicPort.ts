import { type Settings } from "../stacks/schema";
import { gateway, internalGate } from "./topology";

export interface Condition {
  key: string;
  values?: string[];
  notValues?: string[];
}

/** How a rule tells requests at the public HTTPS port from those at the gateway's other ports. */
export interface PublicPort {
  /** Part of each operation. */
  operation: { ports?: string[] };
  /** Conditions of each rule beside its own. */
  conditions: Condition[];
}

/**
 * With the PROXY protocol Envoy takes the destination's port from the header, too, so that `ports` is the balancer's port and
 * a rule that names the pod's never applies (envoy.filters.listener.proxy_protocol restores the local address). There a rule
 * holds for every connection but those to the internal gate, whose name no public listener has a certificate for. That is
 * plain HTTP as well, where the filter that redirects comes first.
 */
export function publicPort({ ingress }: Pick<Settings, "ingress">): PublicPort {
  return ingress.clientAddress.proxyProtocol === "required"
    ? { operation: {}, conditions: [{ key: "connection.sni", notValues: [internalGate.host] }] }
    : { operation: { ports: [String(gateway.ports.https)] }, conditions: [] };
}

/** The conditions of a rule at that port, left out where there are none. */
export function whenAt({ conditions }: PublicPort, own: readonly Condition[] = []): { when?: Condition[] } {
  const when = [...conditions, ...own];
  return when.length === 0 ? {} : { when };
}
