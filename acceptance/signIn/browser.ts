import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BrowserContext, chromium } from "playwright-core";
import { type CheckContext, type Target } from "../check";
import { ask } from "../http/request";

const run = promisify(execFile);

/** Nothing that asks other hosts, and nothing that needs a screen or a kernel feature that CI lacks. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--no-proxy-server",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Where a deployment has a private address, Chromium itself would refuse what a page of another host asks of it, and the gate would
  // pass untried (https://wicg.github.io/local-network-access/).
  "--disable-features=LocalNetworkAccessChecks",
];

/** A new Chromium that trusts the deployment's CA and knows nothing else, for as long as `use` takes. */
export async function withBrowser<T>(
  { target, signal }: Pick<CheckContext, "target" | "signal">,
  use: (browser: BrowserContext) => Promise<T>,
): Promise<T> {
  const { browser: executablePath } = target;
  if (executablePath === undefined) {
    throw new Error("no Chromium was given");
  }
  signal.throwIfAborted();
  const home = await mkdtemp(join(tmpdir(), "gatehouse-browser-"));
  try {
    const trust = await trustIn(target, home, signal);
    const browser = await chromium.launchPersistentContext(join(home, "profile"), {
      executablePath,
      headless: true,
      chromiumSandbox: false,
      // Its own home: neither its certificates nor its settings are those of whoever runs this.
      env: { ...environment(), HOME: home, XDG_CONFIG_HOME: join(home, "config"), XDG_CACHE_HOME: join(home, "cache") },
      args: [...flags, ...resolverRules(target), ...trust],
      locale: "en-US",
      timeout: 60_000,
      // Whoever runs the checks decides what a signal means; `signal` ends the browser, too.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const end = () => void browser.close().catch(() => undefined);
    signal.addEventListener("abort", end, { once: true });
    try {
      browser.setDefaultTimeout(30_000);
      return await use(browser);
    } catch (error) {
      signal.throwIfAborted();
      throw withoutQueries(error);
    } finally {
      signal.removeEventListener("abort", end);
      await browser.close().catch(() => undefined);
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The driver's errors tell addresses in full, and those of a sign-in hold its code and state. */
function withoutQueries(error: unknown): unknown {
  return error instanceof Error
    ? new Error(error.message.replaceAll(/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/g, "$1?…"), { cause: error.name })
    : error;
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The deployment's names lead to its address, all others where DNS says. */
export function resolverRules({ gate, echo, notebooks, address }: Target): string[] {
  if (address === undefined) {
    return [];
  }
  const at = isIPv6(address) ? `[${address}]` : address;
  const names = [
    gate.hostname,
    `*.${gate.hostname}`,
    ...(echo === undefined ? [] : [echo.hostname]),
    ...(notebooks === undefined ? [] : [`*.${notebooks.domain}`]),
  ];
  return [`--host-resolver-rules=${[...new Set(names)].map((name) => `MAP ${name} ${at}`).join(", ")}`];
}

/**
 * Chromium has no flag for a CA. On Linux it reads the certificates of its home's NSS database, so the CA goes there where
 * `certutil` is at hand, and Chromium checks everything itself. Else it is told the keys that the hosts' certificates have,
 * after Node has checked each chain and name against the CA; any other certificate still is an error.
 */
async function trustIn(target: Target, home: string, signal: AbortSignal): Promise<string[]> {
  const { ca } = target;
  if (ca === undefined) {
    return [];
  }
  if (process.platform === "linux" && (await importInto(join(home, ".pki", "nssdb"), ca))) {
    return [];
  }
  const providers = [...target.people, ...(target.outsiders ?? [])].flatMap(({ issuer }) => issuer ?? []);
  // All of the notebooks' hosts have one certificate.
  const hosts = [target.gate, target.echo, target.notebooks?.signInHost, ...providers].filter(
    (host) => host !== undefined,
  );
  const keys = await Promise.all(hosts.map((host) => keyOf(target, host, signal)));
  return [`--ignore-certificate-errors-spki-list=${[...new Set(keys)].join(",")}`];
}

/** Whether the CA's certificates are in the database; not so where there is no `certutil`. */
async function importInto(database: string, ca: string): Promise<boolean> {
  await mkdir(database, { recursive: true });
  const certutil = (...args: string[]) => run("certutil", ["-d", `sql:${database}`, ...args]);
  try {
    await certutil("-N", "--empty-password");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return false;
    }
    throw error;
  }
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  for (const [index, certificate] of certificates.entries()) {
    const file = join(database, `${index}.pem`);
    await writeFile(file, `${certificate}\n`);
    await certutil("-A", "-t", "C,,", "-n", `gatehouse ${index}`, "-i", file);
  }
  return true;
}

/** The public key of a host's certificate, as Chromium names it; `ask` has verified the chain and the name. */
async function keyOf(target: Target, host: URL, signal: AbortSignal): Promise<string> {
  const { certificate } = await ask(target, host, "/", { signal });
  if (certificate === undefined) {
    throw new Error(`${host.origin} showed no certificate`);
  }
  const key = new X509Certificate(certificate.raw).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}
