import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { type Target } from "../check";

/** Names the host whose owner one is, where that is reached over public addresses. */
export const ownHost = "GATEHOUSE_LOAD_HOST";

/** The ranges that are one's own: RFC 1918, RFC 4193, loopback and link-local. */
const ranges: readonly string[] = ["loopback", "private", "uniqueLocal", "linkLocal"];

export function isPrivate(address: string): boolean {
  // An IPv4 address in IPv6's clothes counts as what it is.
  return ipaddr.isValid(address) && ranges.includes(ipaddr.process(address).range());
}

/**
 * The one address that may be put under load. It is looked up once and then stays: a name that leads elsewhere a moment
 * later would be somebody else's load.
 */
export async function loadableAddress(
  target: Target,
  url: URL,
  env: NodeJS.ProcessEnv = process.env,
  resolve: (name: string) => Promise<{ address: string }[]> = (name) => lookup(name, { all: true }),
): Promise<string> {
  const name = (target.address ?? url.hostname).replace(/^\[|\]$/g, "");
  const addresses = isIP(name) === 0 ? (await resolve(name)).map(({ address }) => address) : [name];
  const foreign = addresses.filter((address) => !isPrivate(address));
  const [first] = addresses;
  if (first === undefined) {
    throw new Error(`${name} has no address`);
  }
  if (foreign.length > 0 && env[ownHost] !== url.hostname) {
    throw new Error(
      `no load for ${url.hostname}: it is reached at ${foreign.join(", ")}, which is no private address. If the deployment ` +
        `is yours, set ${ownHost}=${url.hostname}`,
    );
  }
  return first;
}
