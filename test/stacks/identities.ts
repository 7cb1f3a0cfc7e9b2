/** Settings for every way of signing in, each a stack that passes. */
import { changed, everything, production, type Tree } from "./fixture";

/** The certificate of a CA that nobody has the key of. */
export const companyCa = `-----BEGIN CERTIFICATE-----
MIIBxTCCAWugAwIBAgIUU0RQaEpV0F5tdW/wHjeKfInBCuEwCgYIKoZIzj0EAwIw
LzEQMA4GA1UECgwHRXhhbXBsZTEbMBkGA1UEAwwSRXhhbXBsZSBjb21wYW55IENB
MCAXDTI2MTEyODAzNTU1M1oYDzIxMjYxMTA0MDM1NTUzWjAvMRAwDgYDVQQKDAdF
eGFtcGxlMRswGQYDVQQDDBJFeGFtcGxlIGNvbXBhbnkgQ0EwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARzJnCRttqGn7jPVq7H6CtMBq9kHpvXnXkyPrSf5RVxnVoY
ZrRhVoNKencqmXO59ynVfLS5Thaty4fmnRFrccDvo2MwYTAdBgNVHQ4EFgQUGNTX
27PQwdgLZ1hMh1O9WLQx5ugwHwYDVR0jBBgwFoAUGNTX27PQwdgLZ1hMh1O9WLQx
5ugwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwCgYIKoZIzj0EAwID
SAAwRQIgHpUwwwwU64yCEuuqGbjTZCSEOfFONlnt1c92QFZelqICIQCZ1Eg738Mf
LgZt06lHOLubau5ANWkA1TtoX6V0T0YiUw==
-----END CERTIFICATE-----
`;

/** The certificate of a server, or of whoever signs messages. */
export const leafCertificate = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVKgAwIBAgIUG/+h1M1v4iurUalwEnNUzgL2fkUwCgYIKoZIzj0EAwIw
LDEQMA4GA1UECgwHRXhhbXBsZTEYMBYGA1UEAwwPaWRwLmV4YW1wbGUuY29tMCAX
DTI2MTEyODAzNTU1M1oYDzIxMjYxMTA0MDM1NTUzWjAsMRAwDgYDVQQKDAdFeGFt
cGxlMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARzJnCRttqGn7jPVq7H6CtMBq9kHpvXnXkyPrSf5RVxnVoYZrRhVoNK
encqmXO59ynVfLS5Thaty4fmnRFrccDvo1AwTjAdBgNVHQ4EFgQUGNTX27PQwdgL
Z1hMh1O9WLQx5ugwHwYDVR0jBBgwFoAUGNTX27PQwdgLZ1hMh1O9WLQx5ugwDAYD
VR0TAQH/BAIwADAKBggqhkjOPQQDAgNIADBFAiBmHSTQug+aqHZqUTOeBV+ag9vx
ewpOsG5wkqZa+xD6nQIhAPBpMp1Rx2ss7WESggjl1hUuJz7g9299gtyxFvuVa71e
-----END CERTIFICATE-----
`;

export const givenCa = { type: "given", certificate: companyCa };

const client = { clientId: "kubeflow", clientSecret: { secretName: "provider", key: "clientSecret" } };

/** A connector of each type, with something at every place. */
export const connectors = {
  oidc: {
    type: "oidc",
    id: "company",
    name: "Company sign-in",
    issuer: "https://login.example.com",
    ...client,
    scopes: ["openid", "email", "offline_access"],
    groupsClaim: "groups",
    ca: givenCa,
  },
  github: {
    type: "github",
    id: "github",
    name: "GitHub",
    ...client,
    organizations: [{ name: "example", teams: ["ml-engineers"] }],
    preferredEmailDomain: "example.com",
  },
  google: { type: "google", id: "google", name: "Google", ...client, hostedDomains: ["example.com"] },
  microsoft: {
    type: "microsoft",
    id: "entra",
    name: "Microsoft",
    ...client,
    tenant: "example.onmicrosoft.com",
    groupNameFormat: "id",
  },
  ldap: {
    type: "ldap",
    id: "directory",
    name: "Company account",
    host: "ldap.example.com",
    port: 636,
    encryption: "ldaps",
    ca: givenCa,
    network: { type: "addresses", cidrs: ["10.20.0.5/32"] },
    bindDN: "cn=dex,ou=services,dc=example,dc=com",
    bindPassword: { secretName: "directory", key: "password" },
    usernamePrompt: "User name",
    userSearch: {
      baseDN: "ou=people,dc=example,dc=com",
      filter: "(objectClass=person)",
      username: "uid",
      scope: "sub",
      idAttr: "uid",
      emailAttr: "mail",
      nameAttr: "cn",
    },
    groupSearch: {
      baseDN: "ou=groups,dc=example,dc=com",
      filter: "(objectClass=groupOfNames)",
      scope: "sub",
      userMatchers: [{ userAttr: "DN", groupAttr: "member", recursionGroupAttr: "member" }],
      nameAttr: "cn",
    },
  },
  saml: {
    type: "saml",
    id: "saml",
    name: "Company sign-in",
    ssoURL: "https://idp.example.com/sso",
    ssoIssuer: "https://idp.example.com/metadata",
    signingCertificate: leafCertificate,
    entityIssuer: "https://kubeflow.example.com",
    nameIDPolicyFormat: "persistent",
    usernameAttr: "name",
    emailAttr: "email",
    groupsAttr: "groups",
  },
} as const;

/** A stack with something at every place, and this connector alone. */
export const withConnector = (type: keyof typeof connectors): Tree => {
  const settings = changed(everything(), "identity.connectors", [structuredClone(connectors[type])]);
  // A stack that asks for groups that its connector cannot give is refused, and of these the groups are named otherwise.
  return type === "ldap" || type === "saml" ? settings : changed(settings, "identity.allowedGroups", undefined);
};

export const provider = {
  type: "oidc",
  issuer: "https://login.example.com",
  jwksUri: "https://login.example.com/keys",
  ...client,
  scopes: ["email", "openid", "offline_access"],
  userClaim: "email",
  groupsClaim: "groups",
  idTokenLifetime: "1h",
  ca: givenCa,
  backendLogoutUrl: "https://login.example.com/logout?id_token_hint={id_token}",
};

/** A stack whose people sign in with a provider in place of Dex. */
export const withProvider = (): Tree =>
  (
    [
      ["identity.provider", structuredClone(provider)],
      ["identity.connectors", undefined],
      ["identity.staticUsers", undefined],
      // Only Dex exchanges jobs' tokens.
      ["machines.connectors", undefined],
      ["machines.clients", undefined],
    ] as [string, unknown][]
  ).reduce((settings, [path, value]) => changed(settings, path, value), everything());

export const withPostgres = (): Tree =>
  changed(everything(), "identity.provider", {
    type: "dex",
    storage: {
      type: "postgres",
      host: "postgres.example.com",
      port: 5432,
      database: "dex",
      user: "dex",
      password: { secretName: "database", key: "password" },
      ca: givenCa,
      network: { type: "addresses", cidrs: ["10.20.0.6/32"] },
    },
  });

export const withRedis = (): Tree =>
  changed(everything(), "sessions.storage", {
    type: "redis",
    host: "redis.example.com",
    port: 6379,
    username: "default",
    password: { secretName: "sessions", key: "password" },
    ca: givenCa,
    network: { type: "addresses", cidrs: ["10.20.0.7/32"] },
  });

/** The server of a stack in a namespace of the cluster in place of addresses. */
export const inCluster = (base: () => Tree, at: string) => () =>
  changed(base(), `${at}.network`, { type: "namespace", namespace: "servers", port: 1636 });

/** The least production stack with a provider in place of Dex. */
export const productionWithProvider = (): Tree =>
  changed(production(), "identity", {
    emailDomains: ["example.com"],
    provider: {
      type: "oidc",
      issuer: "https://login.example.com",
      jwksUri: "https://login.example.com/keys",
      ...client,
      idTokenLifetime: "1h",
    },
  });
