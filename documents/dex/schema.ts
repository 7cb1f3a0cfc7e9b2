/**
 * The part of Dex's configuration file that the platform writes. Names are Dex's own (cmd/dex/config.go of v2.45):
 * https://dexidp.io/docs/configuration/
 */
export interface DexConfig {
  issuer: string;
  storage: KubernetesStorage | PostgresStorage;
  web: {
    /** Plain HTTP inside the pod: the sidecar's mutual TLS is the only way to it. */
    http: string;
    headers: Record<string, string>;
  };
  telemetry: { http: string };
  oauth2: {
    grantTypes: GrantType[];
    responseTypes: ["code"];
    skipApprovalScreen: boolean;
    alwaysShowLoginScreen: boolean;
  };
  expiry: {
    idTokens: string;
    authRequests: string;
    signingKeys: string;
    refreshTokens: {
      disableRotation: false;
      reuseInterval: string;
      validIfNotUsedFor: string;
      absoluteLifetime: string;
    };
  };
  logger: { level: "info"; format: "json" };
  frontend: { issuer: string };
  staticClients: StaticClient[];
  connectors: (DexConnector | DexMachineConnector)[];
  enablePasswordDB: boolean;
  staticPasswords?: StaticPassword[];
}

export interface KubernetesStorage {
  type: "kubernetes";
  config: {
    inCluster: true;
    /** The CRDs come with the platform; a Dex that would have to make them stops instead. */
    crdHandling: "check";
  };
}

/** `storage/sql/config.go`; Dex makes its tables itself. */
export interface PostgresStorage {
  type: "postgres";
  config: {
    host: string;
    port: number;
    database: string;
    user: string;
    /** A reference to an environment variable. */
    password: string;
    /** Seconds. */
    connectionTimeout: number;
    /** The one mode that compares the host with the certificate; `caFile` is trusted in place of the system's CAs. */
    ssl: { mode: "verify-full"; caFile?: string };
  };
}

/** Grants of v2.45 that somebody here needs (server/oauth2.go); without any list Dex opens all that it knows. */
export type GrantType =
  | "authorization_code"
  | "refresh_token"
  /** RFC 8693. */
  | "urn:ietf:params:oauth:grant-type:token-exchange";

export interface StaticClient {
  id: string;
  name: string;
  /** Name of the environment variable that holds the secret. */
  secretEnv: string;
  redirectURIs: string[];
}

export interface StaticPassword {
  email: string;
  username: string;
  userID: string;
  groups: string[];
  emailVerified: true;
  /** Name of the environment variable that holds the bcrypt hash. */
  hashFromEnv: string;
}

/** A connector; names of its settings are those of `connector/<type>/<type>.go`. */
export type DexConnector = { id: string; name: string } & (
  | { type: "oidc"; config: OidcConfig }
  | { type: "github"; config: GitHubConfig }
  | { type: "google"; config: GoogleConfig }
  | { type: "microsoft"; config: MicrosoftConfig }
  | { type: "ldap"; config: LdapConfig }
  | { type: "saml"; config: SamlConfig }
);

interface OAuth2Client {
  clientID: string;
  /** A reference to an environment variable, `$NAME`; Dex expands it. */
  clientSecret: string;
  redirectURI: string;
}

export interface OidcConfig extends OAuth2Client {
  issuer: string;
  scopes: string[];
  insecureEnableGroups: true;
  /** Whether `claimMapping` holds even where the provider sends the claim's usual name. */
  overrideClaimMapping?: true;
  claimMapping?: { groups: string };
  /** Only this connector of v2.45 can change the names of groups. */
  claimModifications?: { modifyGroupNames: { prefix: string } };
  getUserInfo: boolean;
  /** Paths of PEM files that are trusted besides the system's CAs. */
  rootCAs?: string[];
}

export interface GitHubConfig extends OAuth2Client {
  orgs: { name: string; teams?: string[] }[];
  teamNameField: "slug";
  preferredEmailDomain?: string;
}

export interface GoogleConfig extends OAuth2Client {
  hostedDomains: string[];
}

export interface MicrosoftConfig extends OAuth2Client {
  tenant: string;
  groupNameFormat: "id" | "name";
  onlySecurityGroups: true;
}

export interface LdapConfig {
  host: string;
  /** Without it the connection is TLS from its first byte; a connection without TLS would need another setting. */
  startTLS?: true;
  /** Path of a PEM file that is trusted in place of the system's CAs. */
  rootCA?: string;
  bindDN: string;
  /** A reference to an environment variable. */
  bindPW: string;
  usernamePrompt?: string;
  userSearch: {
    baseDN: string;
    filter?: string;
    username: string;
    scope: "sub" | "one";
    idAttr: string;
    emailAttr: string;
    nameAttr: string;
  };
  groupSearch?: {
    baseDN: string;
    filter?: string;
    scope: "sub" | "one";
    userMatchers: { userAttr: string; groupAttr: string; recursionGroupAttr?: string }[];
    nameAttr: string;
  };
}

export interface SamlConfig {
  ssoURL: string;
  ssoIssuer: string;
  entityIssuer?: string;
  redirectURI: string;
  /** Path of a PEM file with the certificates that responses are signed with. */
  ca: string;
  nameIDPolicyFormat: "persistent" | "emailAddress" | "unspecified";
  usernameAttr: string;
  emailAttr: string;
  groupsAttr?: string;
}

/**
 * A connector for token exchange alone: without a client ID of its own nobody can sign in with it, because Dex then
 * verifies no ID token that comes by the browser.
 */
export interface DexMachineConnector {
  type: "oidc";
  id: string;
  name: string;
  config: {
    issuer: string;
    redirectURI: string;
    /** Without `email`, because Dex would then insist on that claim and on `email_verified`. */
    scopes: ["openid"];
    /** Or an access token for any other application would do, too. */
    getUserInfo: false;
    /** Files of certificates; Dex trusts them and no others. */
    rootCAs?: string[];
    userIDKey: string;
    userNameKey: string;
    /** Whether `claimMapping` holds even where the token has the claim's usual name. */
    overrideClaimMapping: true;
    /** The keys are Dex's claims, the values those of the job's token. */
    claimMapping: { email: string; groups?: string };
    insecureEnableGroups?: true;
  };
}
