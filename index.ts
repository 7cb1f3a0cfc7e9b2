import { dnsRecords, nextSteps } from "./components/nextSteps";
import { Platform } from "./components/platform";
import { readSettings } from "./stacks/readSettings";

const settings = readSettings();
const platform = new Platform("gatehouse", settings);

/** Where people go. */
export const url = `https://${platform.hosts.gate}/`;
export const echoUrl = settings.echo.enabled ? `https://${platform.hosts.echo}/` : undefined;

/** How to sign in: passwords by e-mail address. `pulumi stack output --show-secrets staticPasswords` */
export const staticPasswords = settings.identity.staticUsers.length > 0 ? platform.staticPasswords : undefined;

/** What browsers and machines are to trust. */
export const caCertificate = platform.caCertificate;

/** What is left to do by hand. */
export const dns = dnsRecords(settings, platform.hosts, platform.gatewayAddress);
export const next = nextSteps(settings, platform.hosts);
