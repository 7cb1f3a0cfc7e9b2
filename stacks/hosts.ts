/** What the stack's own hosts are called; the components and the checks of the settings both ask here. */
import { isIPv4 } from "node:net";
import { type App } from "./schema/apps";
import { type Settings } from "./schema";

/** The cluster's domain, on which Services' names end. */
export const clusterDomain = "cluster.local";

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

/** What the session's cookie is for: this name and all below it. */
export function cookieDomainOf({ domain, sessions }: Pick<Settings, "domain" | "sessions">): string {
  return sessions.cookieDomain ?? domain;
}

/** The host of an application: below the domain under its own name, unless it says otherwise. */
export function appHost(domain: string, { name, host }: Pick<App, "name" | "host">): string {
  return host ?? `${name}.${domain}`;
}

/** Whether a name is the cluster's own, for its Services. */
export function isOfCluster(host: string): boolean {
  return host === clusterDomain || host.endsWith(`.${clusterDomain}`);
}

/** Whether the gate has no name, only an address, below which there is nothing. */
export function isAddress(domain: string): boolean {
  return isIPv4(domain);
}
