/**
 * The part of Dex's configuration file that the platform writes. Names are Dex's own (cmd/dex/config.go of v2.45):
 * https://dexidp.io/docs/configuration/
 */
export interface DexConfig {
  issuer: string;
  storage: {
    type: "kubernetes";
    config: {
      inCluster: true;
      /** The CRDs come with the platform; a Dex that would have to make them stops instead. */
      crdHandling: "check";
    };
  };
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

export interface DexConnector {
  type: "oidc";
  id: string;
  name: string;
  config: {
    issuer: string;
    clientID: string;
    /** A reference to an environment variable, `$NAME`; Dex expands it. */
    clientSecret: string;
    redirectURI: string;
    scopes: string[];
    insecureEnableGroups: true;
    /** Whether `claimMapping` holds even where the provider sends the claim's usual name. */
    overrideClaimMapping?: true;
    claimMapping?: { groups: string };
    getUserInfo: boolean;
  };
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
    userIDKey: string;
    userNameKey: string;
    /** Whether `claimMapping` holds even where the token has the claim's usual name. */
    overrideClaimMapping: true;
    /** The keys are Dex's claims, the values those of the job's token. */
    claimMapping: { email: string; groups?: string };
    insecureEnableGroups?: true;
  };
}
