import { gateway, notebooks, oauth2Proxy } from "../../components/topology";
import { type Server, type ServerPart, serverParts } from "../check";
import { type NetworkTarget, type PlatformPart } from "./networkTargets";

/** The labels by which policies know a pod; more would have a controller take the suite's pod for one of its own. */
export interface Disguise {
  namespace: string;
  name: string;
  labels: Record<string, string>;
}

/** A way from a part of the platform, and whether that part may take it. */
export interface PartWay {
  title: string;
  address: string;
  port: number;
  allowed: boolean;
}

interface WaysOfPart {
  disguise: Disguise;
  ways: PartWay[];
}

/**
 * Each part of the platform with its ways to what only some parts may know: servers outside, and the notebooks' sign-in, of
 * which the gateway alone may ask anything. A DaemonSet would adopt a pod with its labels and delete one of both, so that the
 * agent on the nodes has none; nothing of its namespace may connect anywhere.
 */
export function partWays(
  servers: readonly Server[],
  targets: readonly NetworkTarget[],
  parts: readonly PlatformPart[],
): WaysOfPart[] {
  const signIn = targets.filter(({ part }) => part === notebooks.proxy.name);
  return parts
    .filter(({ daemon = false }) => !daemon)
    .map((part) => ({
      disguise: { namespace: part.namespace, name: `as-${part.name}`, labels: part.labels },
      ways: [...servers.map((server) => toServer(server, part)), ...signIn.flatMap((one) => toSignIn(one, part))],
    }))
    .filter(({ ways }) => ways.length > 0);
}

function toServer({ address, port, parts }: Server, from: PlatformPart): PartWay {
  const part = serverPart(from.name);
  const title = `the server ${address}, port ${port}`;
  return { title, address, port, allowed: part !== undefined && parts.includes(part) };
}

/** From the gateway and from the neighbours, who would be the first to be let in by mistake; the rest is an outsider's, too. */
function toSignIn({ namespace, title, address, port }: NetworkTarget, from: PlatformPart): PartWay[] {
  const allowed = from.name === gateway.name;
  return allowed || from.namespace === namespace ? [{ title, address, port, allowed }] : [];
}

/** Both proxies keep sessions in the same server, and ask the same provider. */
function serverPart(name: string): ServerPart | undefined {
  return serverParts.find((part) => part === (name === notebooks.proxy.name ? oauth2Proxy.name : name));
}
