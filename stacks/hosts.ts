/** What the stack's own hosts are called; the components and the checks of the settings both ask here. */
import { isIPv4 } from "node:net";

/** The public names of the platform, all below the one domain of the settings. */
export interface Hosts {
  /** The dashboard's host, and the only one with `/dex/` and `/oauth2/`. */
  gate: string;
  /** The echo application's host, where it is enabled. */
  echo: string;
}

export function hostsOf(domain: string): Hosts {
  return { gate: domain, echo: `echo.${domain}` };
}

/** The hosts that the stack serves. */
export function publicHosts(echoEnabled: boolean, hosts: Hosts): string[] {
  return [hosts.gate, ...(echoEnabled ? [hosts.echo] : [])];
}

/** Whether the gate has no name, only an address, below which there is nothing. */
export function isAddress(domain: string): boolean {
  return isIPv4(domain);
}
