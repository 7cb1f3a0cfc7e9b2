import { parse, parseCIDR } from "ipaddr.js";

/** Whether a CIDR has an address in it; one that can't be read has every address. */
export function contains(cidr: unknown, address: string): boolean {
  const range = readCidr(cidr);
  if (range === undefined) return true;
  const one = parse(address);
  return one.kind() === range[0].kind() && one.match(range);
}

/** Whether a CIDR is one address and no more, which nobody writes by accident. */
export function isOneAddress(cidr: unknown): boolean {
  const range = readCidr(cidr);
  return range !== undefined && range[1] === (range[0].kind() === "ipv4" ? 32 : 128);
}

/** Whether a CIDR is all addresses there are, or a part of them that nobody has as a network; one that can't be read may be. */
export function isEverywhere(cidr: unknown): boolean {
  const range = readCidr(cidr);
  // Private networks are of 8 bits at the least (RFC 1918), and of 7 (RFC 4193).
  return range === undefined || range[1] < (range[0].kind() === "ipv4" ? 8 : 7);
}

function readCidr(cidr: unknown): ReturnType<typeof parseCIDR> | undefined {
  try {
    return typeof cidr === "string" ? parseCIDR(cidr) : undefined;
  } catch {
    return undefined;
  }
}
