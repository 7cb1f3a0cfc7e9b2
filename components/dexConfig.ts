import { type DexConfig } from "../documents/dex/schema";
import { type Connector, type DexStorageSettings, type Settings } from "../stacks/schema";
import { type CertificateFiles, dexConnector, literal } from "./dexConnectors";
import { grantTypes, machineClients, machineConnectors } from "./dexMachines";
import { notebookSignIn } from "./signIns";
import { dex, type Hosts, issuerOf } from "./topology";

/**
 * Dex's pages have no foreign parts, and a single inline script: the password form's, which keeps it from being sent twice
 * (web/templates/password.html of v2.45). Forms go to Dex and to providers' own pages.
 */
const passwordScript = "'sha256-8L66wXkInDnVEdLxlrsFPaRkqIpBKhVd5kdLxX6AvFk='";

/** The page that hands a SAML request on, where there is such a provider: a form that sends itself (server/handlers.go). */
const samlScript = "'sha256-DTNhELwlDwbVGE0gtwVJwQ5h5s9JyshdD130wxP9sog='";

function contentSecurityPolicy(connectors: readonly Connector[]): string {
  const scripts = [passwordScript, ...(connectors.some(({ type }) => type === "saml") ? [samlScript] : [])];
  return ["default-src 'self'", `script-src ${scripts.join(" ")}`, "frame-ancestors 'none'", "base-uri 'none'"].join(
    "; ",
  );
}

/** Names of the environment variables that carry Dex's secrets. */
export const environment = {
  client: "OAUTH2_PROXY_CLIENT_SECRET",
  notebooks: "NOTEBOOKS_CLIENT_SECRET",
  password: (index: number) => `STATIC_PASSWORD_HASH_${index}`,
  storage: "STORAGE_PASSWORD",
};

/** Dex's configuration; the certificates that it names go into `certificates`. */
export function dexConfig(
  settings: Settings,
  storage: DexStorageSettings,
  hosts: Hosts,
  certificates: CertificateFiles,
): DexConfig {
  const { identity, sessions } = settings;
  const issuer = issuerOf(hosts);
  return {
    issuer,
    storage: storageConfig(storage, certificates),
    web: {
      http: `0.0.0.0:${dex.ports.http}`,
      headers: {
        "Content-Security-Policy": contentSecurityPolicy(identity.connectors),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
      },
    },
    telemetry: { http: `0.0.0.0:${dex.ports.telemetry}` },
    oauth2: {
      // No device code and no password. Token exchange, which ignores which connectors a client may use
      // (GHSA-7qjx-gp9h-65qj), only for machines' clients (machineClientRules.ts). No implicit flow (RFC 9700, section 2.1.2).
      grantTypes: grantTypes(settings),
      responseTypes: ["code"],
      // The one client is the platform itself, so there is nothing that a person could decide.
      skipApprovalScreen: true,
      alwaysShowLoginScreen: false,
    },
    expiry: {
      idTokens: sessions.idToken,
      authRequests: "15m",
      // Dex signs with a new key at once, and the gateway learns it up to a minute later, or an hour when another issuer is
      // out of reach: rarely is better than often.
      signingKeys: "720h",
      refreshTokens: {
        disableRotation: false,
        // Two replicas of oauth2-proxy may refresh the same session at once.
        reuseInterval: "30s",
        validIfNotUsedFor: sessions.lifetime,
        absoluteLifetime: sessions.lifetime,
      },
    },
    logger: { level: "info", format: "json" },
    frontend: { issuer: "Kubeflow" },
    staticClients: [
      {
        id: dex.clientId,
        name: "Kubeflow",
        secretEnv: environment.client,
        redirectURIs: [`https://${hosts.gate}/oauth2/callback`],
      },
      ...notebooksClient(settings, hosts),
      ...machineClients(settings),
    ],
    connectors: [
      ...identity.connectors.map((connector, index) => dexConnector(connector, index, issuer, certificates)),
      ...machineConnectors(settings, { callback: `${issuer}/callback`, literal, certificates }),
    ],
    enablePasswordDB: identity.staticUsers.length > 0,
    ...(identity.staticUsers.length === 0
      ? {}
      : {
          staticPasswords: identity.staticUsers.map(({ email, groups }, index) => ({
            email,
            username: email.split("@")[0] ?? email,
            userID: email,
            groups,
            emailVerified: true,
            hashFromEnv: environment.password(index),
          })),
        }),
  };
}

/** A client of their own, so that a token of a notebook's session names it and is good for nothing else. */
function notebooksClient(settings: Settings, hosts: Hosts): DexConfig["staticClients"] {
  const signIn = notebookSignIn(settings, hosts);
  return signIn === undefined
    ? []
    : [
        {
          id: signIn.clientId,
          name: "Kubeflow notebooks",
          secretEnv: environment.notebooks,
          redirectURIs: [`https://${signIn.host}/oauth2/callback`],
        },
      ];
}

function storageConfig(storage: DexStorageSettings, certificates: CertificateFiles): DexConfig["storage"] {
  if (storage.type === "kubernetes") {
    return { type: "kubernetes", config: { inCluster: true, crdHandling: "check" } };
  }
  const { host, port, database, user, ca } = storage;
  return {
    type: "postgres",
    config: {
      host,
      port,
      database: literal(database),
      user: literal(user),
      password: `$${environment.storage}`,
      // Without one a database that doesn't answer would be waited for without an end.
      connectionTimeout: 5,
      ssl: {
        mode: "verify-full",
        ...(ca.type === "given" ? { caFile: certificates.path("storage", ca.certificate) } : {}),
      },
    },
  };
}
