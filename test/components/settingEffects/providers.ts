import { strict as assert } from "node:assert";
import { type Difference } from "../../program/differences";
import { inCluster, companyCa, withConnector, withPostgres, withProvider, withRedis } from "../../stacks/identities";
import { changed, type Tree } from "../../stacks/fixture";
import {
  appGroups,
  appIssuer,
  connector,
  dexRestarts,
  type Effect,
  groupsClaimsLine,
  verifiedEmailLine,
  inDex,
  inOauth2Proxy,
  knownClient,
  knownIssuer,
  oauth2ProxyRestarts,
  onlyAt,
  policy,
} from "./effect";

/** A base that is recorded once needs one function for all its effects. */
const oidc = () => withConnector("oidc");
const github = () => withConnector("github");
const google = () => withConnector("google");
const microsoft = () => withConnector("microsoft");
const ldap = () => withConnector("ldap");
/** At a port that is registered for neither way of TLS. */
const ldapAtEitherPort = () => changed(ldap(), "identity.connectors[0].port", 3269);
const saml = () => withConnector("saml");

/** One setting of a connector becomes one setting of Dex's. */
const ofConnector = (base: () => Tree, setting: string, place: string, [before, after]: [string, string]): Effect => ({
  setting: `identity.connectors[].${setting}`,
  base,
  value: after,
  changes: connector(`config.${place}`, [before, after]),
});

const other = companyCa + companyCa;
const otherLines = (place: string): Record<string, Difference> => {
  const lines = companyCa.split("\n");
  const last = lines.length - 1;
  return Object.fromEntries(
    lines.map((line, index): [string, Difference] => [
      `${place}[${last + index}]`,
      [index === 0 ? "" : undefined, line],
    ]),
  );
};
const dexFile = (name: string) => `ConfigMap auth/dex-authorities: data.${name}.pem`;
const oauth2ProxyFile = (name: string) => `ConfigMap auth/oauth2-proxy-authorities: data.${name}.pem`;
const dexVariable = (index: number, path: string) =>
  `Deployment auth/dex: spec.template.spec.containers[0].env[${index}].valueFrom.secretKeyRef.${path}`;
const oauth2ProxyVariable = (path: string) =>
  `Deployment auth/oauth2-proxy: spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.${path}`;

/** The namespaces that sidecars know. */
const sidecars = (index: number) => `Sidecar auth/default: spec.egress[0].hosts[${index}]`;

/** The flow to a server: its block, or the namespace and port of its pods, which sidecars then know. */
const serverFlow = (at: string, base: () => Tree, place: string, cidr: string): Effect[] => {
  // Dex's database stands before the cluster's DNS, which makes room.
  const isDatabase = at === "identity.provider.storage";
  const comes: Record<string, Difference> = isDatabase
    ? { [sidecars(3)]: ["kube-system/*", "servers/*"], [sidecars(4)]: [undefined, "kube-system/*"] }
    : { [sidecars(4)]: [undefined, "servers/*"] };
  const pods = inCluster(base, at.replaceAll("[]", "[0]"));
  return [
    {
      setting: `${at}.network.type`,
      at: `${at.replaceAll("[]", "[0]")}.network`,
      base,
      value: { type: "namespace", namespace: "servers" },
      changes: {
        [`${place}.to[0].ipBlock.cidr`]: [cidr, undefined],
        [`${place}.to[0].namespaceSelector.matchLabels.kubernetes.io/metadata.name`]: [undefined, "servers"],
        ...comes,
      },
    },
    {
      setting: `${at}.network.cidrs[]`,
      at: `${at.replaceAll("[]", "[0]")}.network.cidrs`,
      base,
      value: ["10.30.0.0/24"],
      changes: { [`${place}.to[0].ipBlock.cidr`]: [cidr, "10.30.0.0/24"] },
    },
    {
      setting: `${at}.network.namespace`,
      base: pods,
      value: "other",
      changes: {
        [`${place}.to[0].namespaceSelector.matchLabels.kubernetes.io/metadata.name`]: ["servers", "other"],
        [sidecars(isDatabase ? 3 : 4)]: ["servers/*", "other/*"],
      },
    },
    {
      setting: `${at}.network.port`,
      base: pods,
      value: 7000,
      changes: { [`${place}.ports[0].port`]: [1636, 7000] },
    },
  ];
};

/** A volume of its own, the workload's last, that is gone. */
const unmounted = (workload: string, configMap: string, index: number): Record<string, Difference> => {
  const pod = `Deployment auth/${workload}: spec.template.spec`;
  const name = `etc-${configMap}`;
  return {
    [`${pod}.volumes[${index}].name`]: [name, undefined],
    [`${pod}.volumes[${index}].configMap.name`]: [configMap, undefined],
    [`${pod}.volumes[${index}].configMap.defaultMode`]: [0o440, undefined],
    [`${pod}.containers[0].volumeMounts[${index}].name`]: [name, undefined],
    [`${pod}.containers[0].volumeMounts[${index}].mountPath`]: [`/etc/${configMap}`, undefined],
    [`${pod}.containers[0].volumeMounts[${index}].readOnly`]: [true, undefined],
  };
};

const renamed = (index: number, before: string, after: string): Record<string, Difference> => ({
  [`Deployment auth/dex: spec.template.spec.containers[0].env[${index}].name`]: [before, after],
});

const directory = "identity.connectors[]";
const database = "identity.provider.storage";
const redis = "sessions.storage";
const bound = 2;

const claimsOf = (issuer: string, claim: string) =>
  `local groups_claims = { ["${issuer}"] = "${claim}", ["https://oidc.cluster.example.com"] = "groups", ["https://oidc.example.net"] = "groups" }`;
const clientVolume = (path: string) => `Deployment auth/oauth2-proxy: spec.template.spec.volumes[3].secret.${path}`;
const providerOfGroups = () => changed(withProvider(), "identity.emailDomains", undefined);

export const providers: Effect[] = [
  {
    setting: "identity.connectors[].ca.type",
    at: "identity.connectors[0].ca",
    base: oidc,
    value: undefined,
    changes: {
      "ConfigMap auth/dex-authorities": ["present", "absent"],
      [inDex("connectors[0].config.rootCAs[0]")]: ["/etc/dex-authorities/connector-company.pem", undefined],
      ...unmounted("dex", "dex-authorities", 1),
      ...dexRestarts,
    },
  },
  {
    setting: "identity.connectors[].ca.certificate",
    base: oidc,
    value: other,
    changes: { ...otherLines(dexFile("connector-company")), ...dexRestarts },
  },
  ofConnector(github, "organizations[].name", "orgs[0].name", ["example", "other"]),
  {
    setting: "identity.connectors[].organizations[].teams[]",
    at: "identity.connectors[0].organizations[0].teams",
    base: github,
    value: ["ml-engineers", "admins"],
    changes: connector("config.orgs[0].teams[1]", [undefined, "admins"]),
  },
  ofConnector(github, "preferredEmailDomain", "preferredEmailDomain", ["example.com", "example.org"]),
  {
    setting: "identity.connectors[].hostedDomains[]",
    at: "identity.connectors[0].hostedDomains",
    base: google,
    value: ["example.com", "example.org"],
    changes: connector("config.hostedDomains[1]", [undefined, "example.org"]),
  },
  ofConnector(microsoft, "tenant", "tenant", ["example.onmicrosoft.com", "example.org"]),
  ofConnector(microsoft, "groupNameFormat", "groupNameFormat", ["id", "name"]),
  {
    setting: "identity.connectors[].host",
    base: ldap,
    value: "ldap.example.org",
    changes: connector("config.host", ["ldap.example.com:636", "ldap.example.org:636"]),
  },
  {
    setting: "identity.connectors[].port",
    base: ldap,
    value: 3269,
    changes: {
      ...connector("config.host", ["ldap.example.com:636", "ldap.example.com:3269"]),
      [policy("auth/allow-dex", "egress[2].ports[0].port")]: [636, 3269],
    },
  },
  {
    setting: "identity.connectors[].encryption",
    base: ldapAtEitherPort,
    value: "startTLS",
    changes: connector("config.startTLS", [undefined, true]),
  },
  ...serverFlow(directory, ldap, policy("auth/allow-dex", "egress[2]"), "10.20.0.5/32"),
  ofConnector(ldap, "bindDN", "bindDN", ["cn=dex,ou=services,dc=example,dc=com", "cn=other,dc=example,dc=com"]),
  {
    setting: "identity.connectors[].bindPassword",
    base: ldap,
    value: "a password",
    secret: true,
    changes: {
      "Secret auth/dex: stringData.CONNECTOR_BIND_PASSWORD_0": [undefined, "a password"],
      [dexVariable(bound, "name")]: ["directory", "dex"],
      [dexVariable(bound, "key")]: ["password", "CONNECTOR_BIND_PASSWORD_0"],
    },
  },
  {
    setting: "identity.connectors[].bindPassword.secretName",
    base: ldap,
    value: "other",
    changes: { [dexVariable(bound, "name")]: ["directory", "other"] },
  },
  {
    setting: "identity.connectors[].bindPassword.key",
    base: ldap,
    value: "other",
    changes: { [dexVariable(bound, "key")]: ["password", "other"] },
  },
  ofConnector(ldap, "usernamePrompt", "usernamePrompt", ["User name", "Account"]),
  ...(
    [
      ["userSearch.baseDN", "ou=people,dc=example,dc=com", "ou=staff,dc=example,dc=com"],
      ["userSearch.filter", "(objectClass=person)", "(objectClass=user)"],
      ["userSearch.username", "uid", "sAMAccountName"],
      ["userSearch.scope", "sub", "one"],
      ["userSearch.idAttr", "uid", "entryUUID"],
      ["userSearch.emailAttr", "mail", "userPrincipalName"],
      ["userSearch.nameAttr", "cn", "displayName"],
      ["groupSearch.baseDN", "ou=groups,dc=example,dc=com", "ou=teams,dc=example,dc=com"],
      ["groupSearch.filter", "(objectClass=groupOfNames)", "(objectClass=group)"],
      ["groupSearch.scope", "sub", "one"],
      ["groupSearch.nameAttr", "cn", "name"],
    ] as const
  ).map(([place, before, after]) => ofConnector(ldap, place, place, [before, after])),
  ...(
    [
      ["userAttr", "DN", "uid"],
      ["groupAttr", "member", "memberUid"],
      ["recursionGroupAttr", "member", "uniqueMember"],
    ] as const
  ).map(([attribute, before, after]) =>
    ofConnector(ldap, `groupSearch.userMatchers[].${attribute}`, `groupSearch.userMatchers[0].${attribute}`, [
      before,
      after,
    ]),
  ),
  ofConnector(saml, "ssoURL", "ssoURL", ["https://idp.example.com/sso", "https://idp.example.org/sso"]),
  ofConnector(saml, "ssoIssuer", "ssoIssuer", ["https://idp.example.com/metadata", "urn:example:idp"]),
  {
    setting: "identity.connectors[].signingCertificate",
    base: saml,
    value: companyCa,
    changes: (found) => {
      const places = Object.keys(found);
      const inFile = places.filter((place) => place.startsWith(dexFile("connector-saml")));
      assert(inFile.length > 5 && inFile.length + 1 === places.length, places.join("\n"));
    },
  },
  ofConnector(saml, "entityIssuer", "entityIssuer", ["https://kubeflow.example.com", "urn:example:gate"]),
  ofConnector(saml, "nameIDPolicyFormat", "nameIDPolicyFormat", ["persistent", "emailAddress"]),
  ofConnector(saml, "usernameAttr", "usernameAttr", ["name", "displayName"]),
  ofConnector(saml, "emailAttr", "emailAttr", ["email", "mail"]),
  ofConnector(saml, "groupsAttr", "groupsAttr", ["groups", "memberOf"]),
  ...(
    [
      ["host", "host", "postgres.example.com", "db.example.com"],
      ["database", "database", "dex", "gate"],
      ["user", "user", "dex", "gate"],
    ] as const
  ).map(([setting, place, before, after]): Effect => ({
    setting: `${database}.${setting}`,
    base: withPostgres,
    value: after,
    changes: { [inDex(`storage.config.${place}`)]: [before, after], ...dexRestarts },
  })),
  {
    setting: `${database}.port`,
    base: withPostgres,
    value: 5433,
    changes: {
      [inDex("storage.config.port")]: [5432, 5433],
      [policy("auth/allow-dex", "egress[1].ports[0].port")]: [5432, 5433],
      ...dexRestarts,
    },
  },
  {
    setting: `${database}.password`,
    base: withPostgres,
    value: "a password",
    secret: true,
    changes: {
      "Secret auth/dex: stringData.STORAGE_PASSWORD": [undefined, "a password"],
      [dexVariable(2, "name")]: ["company-sign-in", "dex"],
      [dexVariable(2, "key")]: ["clientSecret", "STORAGE_PASSWORD"],
      ...renamed(2, "CONNECTOR_CLIENT_SECRET_0", "STORAGE_PASSWORD"),
      [dexVariable(3, "name")]: ["database", "company-sign-in"],
      [dexVariable(3, "key")]: ["password", "clientSecret"],
      ...renamed(3, "STORAGE_PASSWORD", "CONNECTOR_CLIENT_SECRET_0"),
    },
  },
  {
    setting: `${database}.password.secretName`,
    base: withPostgres,
    value: "other",
    changes: { [dexVariable(3, "name")]: ["database", "other"] },
  },
  {
    setting: `${database}.password.key`,
    base: withPostgres,
    value: "other",
    changes: { [dexVariable(3, "key")]: ["password", "other"] },
  },
  {
    setting: `${database}.ca.type`,
    at: `${database}.ca`,
    base: withPostgres,
    value: undefined,
    changes: {
      "ConfigMap auth/dex-authorities": ["present", "absent"],
      [inDex("storage.config.ssl.caFile")]: ["/etc/dex-authorities/storage.pem", undefined],
      ...unmounted("dex", "dex-authorities", 1),
      ...dexRestarts,
    },
  },
  {
    setting: `${database}.ca.certificate`,
    base: withPostgres,
    value: other,
    changes: { ...otherLines(dexFile("storage")), ...dexRestarts },
  },
  ...serverFlow(database, withPostgres, policy("auth/allow-dex", "egress[1]"), "10.20.0.6/32"),
  {
    setting: "identity.provider.issuer",
    base: withProvider,
    value: "https://login.example.com/realms/main",
    changes: {
      ...knownIssuer(0, ["https://login.example.com", "https://login.example.com/realms/main"]),
      ...appIssuer(0, ["https://login.example.com", "https://login.example.com/realms/main"]),
      ...Object.fromEntries(
        [
          inOauth2Proxy("oidc_issuer_url"),
          "RequestAuthentication ingress/tokens: spec.jwtRules[0].issuer",
          "AuthorizationPolicy ingress/require-user: spec.rules[0].when[0].values[0]",
          "AuthorizationPolicy ingress/known-issuers: spec.rules[1].when[0].values[0]",
          ...[0, 1].map(
            (rule) => `AuthorizationPolicy ingress/require-admission: spec.rules[${rule}].when[0].values[0]`,
          ),
        ].map((place): [string, Difference] => [
          place,
          ["https://login.example.com", "https://login.example.com/realms/main"],
        ]),
      ),
      [groupsClaimsLine]: [
        claimsOf("https://login.example.com", "groups"),
        claimsOf("https://login.example.com/realms/main", "groups"),
      ],
      [verifiedEmailLine]: [
        'local issuer = "https://login.example.com"',
        'local issuer = "https://login.example.com/realms/main"',
      ],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "identity.provider.clientId",
    base: withProvider,
    value: "other",
    changes: {
      [inOauth2Proxy("client_id")]: ["kubeflow", "other"],
      ...knownClient(0, ["kubeflow", "other"]),
      "RequestAuthentication ingress/tokens: spec.jwtRules[0].audiences[0]": ["kubeflow", "other"],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "identity.provider.clientSecret",
    base: withProvider,
    value: "a secret of the provider",
    secret: true,
    changes: onlyAt(
      "Secret auth/oauth2-proxy: stringData.client-secret",
      inOauth2Proxy("client_secret_file"),
      "Deployment auth/oauth2-proxy: spec.template",
    ),
  },
  {
    setting: "identity.provider.clientSecret.secretName",
    base: withProvider,
    value: "other",
    changes: { [clientVolume("secretName")]: ["provider", "other"] },
  },
  {
    setting: "identity.provider.clientSecret.key",
    base: withProvider,
    value: "other",
    changes: { [clientVolume("items[0].key")]: ["clientSecret", "other"] },
  },
  {
    setting: "identity.provider.offlineAccess",
    base: () => changed(withProvider(), "identity.provider.scopes", ["email", "openid"]),
    value: "always",
    changes: { [inOauth2Proxy("scope")]: ["email openid offline_access", "email openid"], ...oauth2ProxyRestarts },
  },
  {
    setting: "identity.provider.scopes[]",
    at: "identity.provider.scopes",
    base: withProvider,
    value: ["email", "openid", "offline_access", "groups"],
    changes: {
      [inOauth2Proxy("scope")]: ["email openid offline_access", "email openid offline_access groups"],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "identity.provider.userClaim",
    base: providerOfGroups,
    value: "sub",
    changes: onlyAt(
      inOauth2Proxy("oidc_email_claim"),
      "RequestAuthentication ingress/tokens: spec.jwtRules[0].outputClaimToHeaders[0].claim",
      "AuthorizationPolicy ingress/require-user: spec.rules[0].when[1].key",
      // Of another claim nobody says whether it was verified.
      "EnvoyFilter ingress/gatehouse: spec.configPatches[16]",
      ...Object.keys(oauth2ProxyRestarts),
    ),
  },
  {
    setting: "identity.connectors[].groupsPrefix",
    base: oidc,
    value: "company:",
    changes: connector("config.claimModifications.modifyGroupNames.prefix", [undefined, "company:"]),
  },
  {
    setting: "identity.provider.jwksUri",
    base: withProvider,
    value: "https://login.example.com/other",
    changes: {
      "RequestAuthentication ingress/tokens: spec.jwtRules[0].jwksUri": [
        "https://login.example.com/keys",
        "https://login.example.com/other",
      ],
    },
  },
  {
    setting: "identity.provider.groupsClaim",
    base: withProvider,
    value: "roles",
    changes: {
      [inOauth2Proxy("oidc_groups_claim")]: ["groups", "roles"],
      "RequestAuthentication ingress/tokens: spec.jwtRules[0].outputClaimToHeaders[1].claim": ["groups", "roles"],
      ...appGroups(0, ["groups", "roles"]),
      "AuthorizationPolicy ingress/require-admission: spec.rules[0].when[1].key": [
        "request.auth.claims[groups]",
        "request.auth.claims[roles]",
      ],
      [groupsClaimsLine]: [
        claimsOf("https://login.example.com", "groups"),
        claimsOf("https://login.example.com", "roles"),
      ],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "identity.provider.ca.type",
    at: "identity.provider.ca",
    base: withProvider,
    value: undefined,
    changes: onlyAt(
      "ConfigMap auth/oauth2-proxy-authorities",
      inOauth2Proxy("provider_ca_files"),
      inOauth2Proxy("use_system_trust_store"),
      "Secret istio-system/gatehouse-ca: stringData.extra.pem",
      "Chart istiod: values.podAnnotations.gatehouse/given-authority",
      "Deployment auth/oauth2-proxy: spec.template",
    ),
  },
  {
    setting: "identity.provider.ca.certificate",
    base: withProvider,
    value: other,
    changes: onlyAt(
      oauth2ProxyFile("provider"),
      "Secret istio-system/gatehouse-ca: stringData.extra.pem",
      "Chart istiod: values.podAnnotations.gatehouse/given-authority",
      ...Object.keys(oauth2ProxyRestarts),
    ),
  },
  {
    setting: "identity.provider.backendLogoutUrl",
    base: withProvider,
    value: "https://login.example.com/end?id_token_hint={id_token}",
    changes: {
      [inOauth2Proxy("backend_logout_url")]: [
        "https://login.example.com/logout?id_token_hint={id_token}",
        "https://login.example.com/end?id_token_hint={id_token}",
      ],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: `${redis}.host`,
    base: withRedis,
    value: "redis.example.org",
    changes: {
      [inOauth2Proxy("redis_connection_url")]: [
        "rediss://redis.example.com:6379/0",
        "rediss://redis.example.org:6379/0",
      ],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: `${redis}.port`,
    base: withRedis,
    value: 6380,
    changes: {
      [inOauth2Proxy("redis_connection_url")]: [
        "rediss://redis.example.com:6379/0",
        "rediss://redis.example.com:6380/0",
      ],
      [policy("auth/allow-oauth2-proxy", "egress[2].ports[0].port")]: [6379, 6380],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: `${redis}.username`,
    base: withRedis,
    value: "gate",
    changes: { [inOauth2Proxy("redis_username")]: ["default", "gate"], ...oauth2ProxyRestarts },
  },
  {
    setting: `${redis}.password`,
    base: withRedis,
    value: "a password",
    secret: true,
    changes: {
      "Secret auth/oauth2-proxy: stringData.OAUTH2_PROXY_REDIS_PASSWORD": [undefined, "a password"],
      [oauth2ProxyVariable("name")]: ["sessions", "oauth2-proxy"],
      [oauth2ProxyVariable("key")]: ["password", "OAUTH2_PROXY_REDIS_PASSWORD"],
    },
  },
  {
    setting: `${redis}.password.secretName`,
    base: withRedis,
    value: "other",
    changes: { [oauth2ProxyVariable("name")]: ["sessions", "other"] },
  },
  {
    setting: `${redis}.password.key`,
    base: withRedis,
    value: "other",
    changes: { [oauth2ProxyVariable("key")]: ["password", "other"] },
  },
  {
    setting: `${redis}.ca.type`,
    at: `${redis}.ca`,
    base: withRedis,
    value: undefined,
    changes: {
      "ConfigMap auth/oauth2-proxy-authorities": ["present", "absent"],
      [inOauth2Proxy("redis_ca_path")]: ["/etc/oauth2-proxy-authorities/redis.pem", undefined],
      ...unmounted("oauth2-proxy", "oauth2-proxy-authorities", 3),
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: `${redis}.ca.certificate`,
    base: withRedis,
    value: other,
    changes: { ...otherLines(oauth2ProxyFile("redis")), ...oauth2ProxyRestarts },
  },
  ...serverFlow(redis, withRedis, policy("auth/allow-oauth2-proxy", "egress[2]"), "10.20.0.7/32"),
  { setting: "rotation.sessionStorage", base: withRedis, value: 2, changes: oauth2ProxyRestarts },
];
