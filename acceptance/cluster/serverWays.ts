import { type Server, type ServerPart, serverParts } from "../check";
import { type PlatformPart } from "./networkTargets";

/** The labels by which policies know a pod; more would have a controller take the suite's pod for one of its own. */
export interface Disguise {
  namespace: string;
  name: string;
  labels: Record<string, string>;
}

/** A way from a part of the platform to a server outside, and whether that part may take it. */
export interface ServerWay {
  title: string;
  address: string;
  port: number;
  allowed: boolean;
}

/**
 * Each part of the platform with its ways to servers outside of which only some parts may know. A DaemonSet would adopt a pod
 * with its labels and delete one of both, so that the agent on the nodes has none; nothing of its namespace may connect anywhere.
 */
export function serverWays(
  servers: readonly Server[],
  parts: readonly PlatformPart[],
): { disguise: Disguise; ways: ServerWay[] }[] {
  return parts
    .filter(({ daemon = false }) => !daemon)
    .map(({ namespace, name, labels }) => ({
      disguise: { namespace, name: `as-${name}`, labels },
      ways: servers.map(({ address, port, parts: allowed }) => ({
        title: `the server ${address}, port ${port}`,
        address,
        port,
        allowed: isServerPart(name) && allowed.includes(name),
      })),
    }));
}

function isServerPart(name: string): name is ServerPart {
  return (serverParts as readonly string[]).includes(name);
}
