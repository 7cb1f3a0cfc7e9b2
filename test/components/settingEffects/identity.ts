import { strict as assert } from "node:assert";
import {
  appGroups,
  appIssuer,
  connector,
  dexRestarts,
  type Effect,
  groupsClaims,
  groupsClaimsLine,
  inDex,
  inOauth2Proxy,
  keySet,
  knownIssuer,
  oauth2ProxyRestarts,
  policy,
  tokenRule,
  userRule,
} from "./effect";

const peoplesPages = (index: string) =>
  `AuthorizationPolicy ingress/only-people-sign-in: spec.rules[0].to[0].operation.notPaths${index}`;

export const identity: Effect[] = [
  {
    setting: "identity.staticUsers[].email",
    value: "other@example.com",
    changes: {
      [inDex("staticPasswords[0].email")]: ["user@example.com", "other@example.com"],
      [inDex("staticPasswords[0].username")]: ["user", "other"],
      [inDex("staticPasswords[0].userID")]: ["user@example.com", "other@example.com"],
      "Secret auth/dex: stringData.STATIC_PASSWORD_HASH_0": [
        "<generated bcryptHash of dex-user@example.com-1>",
        "<generated bcryptHash of dex-other@example.com-1>",
      ],
      "RandomPassword dex-user@example.com-1": ["present", "absent"],
      "RandomPassword dex-other@example.com-1": ["absent", "present"],
      ...dexRestarts,
    },
  },
  {
    setting: "identity.staticUsers[].groups[]",
    at: "identity.staticUsers[0].groups",
    value: ["ml-engineers", "everyone"],
    changes: { [inDex("staticPasswords[0].groups[1]")]: [undefined, "everyone"], ...dexRestarts },
  },
  {
    setting: "identity.connectors[].id",
    value: "other",
    changes: {
      ...connector("id", ["company", "other"]),
      [peoplesPages("[0]")]: ["/dex/auth/company", "/dex/auth/other"],
      [peoplesPages("[1]")]: ["/dex/auth/company/*", "/dex/auth/other/*"],
    },
  },
  {
    setting: "identity.connectors[].name",
    value: "Other",
    changes: connector("name", ["Company sign-in", "Other"]),
  },
  {
    setting: "identity.connectors[].issuer",
    value: "https://login.example.org:8443",
    changes: {
      ...connector("config.issuer", ["https://login.example.com", "https://login.example.org:8443"]),
      [policy("auth/allow-dex", "egress[2].ports[1].port")]: [undefined, 8443],
      [policy("auth/allow-dex", "egress[2].ports[1].protocol")]: [undefined, "TCP"],
    },
  },
  {
    setting: "identity.connectors[].clientId",
    value: "other",
    changes: connector("config.clientID", ["kubeflow", "other"]),
  },
  {
    setting: "identity.connectors[].clientSecret",
    value: "a secret of the provider",
    secret: true,
    changes: {
      "Secret auth/dex: stringData.CONNECTOR_CLIENT_SECRET_0": [undefined, "a secret of the provider"],
      "Deployment auth/dex: spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef.key": [
        "clientSecret",
        "CONNECTOR_CLIENT_SECRET_0",
      ],
      "Deployment auth/dex: spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef.name": [
        "company-sign-in",
        "dex",
      ],
    },
  },
  {
    setting: "identity.connectors[].clientSecret.secretName",
    value: "other",
    changes: {
      "Deployment auth/dex: spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef.name": [
        "company-sign-in",
        "other",
      ],
    },
  },
  {
    setting: "identity.connectors[].clientSecret.key",
    value: "other",
    changes: {
      "Deployment auth/dex: spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef.key": [
        "clientSecret",
        "other",
      ],
    },
  },
  {
    setting: "identity.connectors[].offlineAccess",
    value: "always",
    changes: connector("config.scopes[3]", ["offline_access", undefined]),
  },
  {
    setting: "identity.connectors[].scopes[]",
    at: "identity.connectors[0].scopes",
    value: ["openid", "profile", "email", "groups"],
    changes: {
      ...connector("config.scopes[3]", ["offline_access", "groups"]),
      ...connector("config.scopes[4]", [undefined, "offline_access"]),
    },
  },
  {
    setting: "identity.connectors[].groupsClaim",
    value: "roles",
    changes: {
      ...connector("config.claimMapping.groups", [undefined, "roles"]),
      [inDex("connectors[0].config.overrideClaimMapping")]: [undefined, true],
    },
  },
  {
    setting: "identity.emailDomains[]",
    at: "identity.emailDomains",
    value: ["example.com", "example.org"],
    changes: { [inOauth2Proxy("email_domains[1]")]: [undefined, "example.org"], ...oauth2ProxyRestarts },
  },
  {
    setting: "identity.allowedGroups[]",
    at: "identity.allowedGroups",
    value: ["ml-engineers", "admins"],
    changes: { [inOauth2Proxy("allowed_groups[1]")]: [undefined, "admins"], ...oauth2ProxyRestarts },
  },
  {
    setting: "sessions.cookieDomain",
    value: "example.com",
    changes: {
      [inOauth2Proxy("cookie_domains[0]")]: ["kubeflow.example.com", "example.com"],
      // Applications may have hosts there.
      "EnvoyFilter ingress/gatehouse: spec.configPatches[1].patch.value.typed_config.default_source_code.inline_string[4]":
        ['local below = { [".kubeflow.example.com"] = true }', 'local below = { [".example.com"] = true }'],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "sessions.lifetime",
    value: "8h",
    changes: {
      [inDex("expiry.refreshTokens.validIfNotUsedFor")]: ["12h", "8h"],
      [inDex("expiry.refreshTokens.absoluteLifetime")]: ["12h", "8h"],
      [inOauth2Proxy("cookie_expire")]: ["12h", "8h"],
      ...dexRestarts,
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "sessions.refresh",
    value: "30m",
    changes: { [inOauth2Proxy("cookie_refresh")]: ["45m", "30m"], ...oauth2ProxyRestarts },
  },
  {
    setting: "sessions.idToken",
    value: "2h",
    changes: { [inDex("expiry.idTokens")]: ["1h", "2h"], ...dexRestarts },
  },
  {
    setting: "machines.issuers[].issuer",
    value: "https://oidc.example.org",
    changes: {
      [userRule("when[0].values[0]")]: ["https://oidc.cluster.example.com", "https://oidc.example.org"],
      "AuthorizationPolicy ingress/machine-users: spec.rules[0].when[0].values[0]": [
        "https://oidc.cluster.example.com",
        "https://oidc.example.org",
      ],
      ...knownIssuer(1, ["https://oidc.cluster.example.com", "https://oidc.example.org"]),
      ...appIssuer(1, ["https://oidc.cluster.example.com", "https://oidc.example.org"]),
      [tokenRule("issuer")]: ["https://oidc.cluster.example.com", "https://oidc.example.org"],
      [groupsClaimsLine]: [
        groupsClaims("https://oidc.cluster.example.com", "groups"),
        groupsClaims("https://oidc.example.org", "groups"),
      ],
    },
  },
  {
    setting: "machines.issuers[].users[]",
    at: "machines.issuers[0].users",
    value: ["cluster-b:*", "cluster-c:*"],
    changes: {
      "AuthorizationPolicy ingress/machine-users: spec.rules[0].when[1].notValues[1]": [undefined, "cluster-c:*"],
    },
  },
  {
    setting: "machines.issuers[].audiences[]",
    at: "machines.issuers[0].audiences",
    value: ["pipelines.kubeflow.org", "other"],
    changes: { [tokenRule("audiences[1]")]: [undefined, "other"] },
  },
  {
    setting: "machines.issuers[].jwksUri",
    value: "https://oidc.example.org:8443/keys",
    changes: {
      [tokenRule("jwksUri")]: [undefined, "https://oidc.example.org:8443/keys"],
      [policy("istio-system/allow-istiod", "egress[3].ports[1].port")]: [undefined, 8443],
      [policy("istio-system/allow-istiod", "egress[3].ports[1].protocol")]: [undefined, "TCP"],
    },
  },
  {
    setting: "machines.issuers[].jwks",
    value: keySet,
    changes: {
      [tokenRule("jwks")]: [undefined, keySet],
      // Nothing is fetched any more.
      [policy("istio-system/allow-istiod", "egress[3].to[0].ipBlock.cidr")]: ["0.0.0.0/0", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[0].ipBlock.except[0]")]: ["169.254.169.254/32", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[0].ipBlock.except[1]")]: ["169.254.170.23/32", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[0].ipBlock.except[2]")]: ["169.254.170.2/32", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[0].ipBlock.except[3]")]: ["169.254.169.252/32", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[1].ipBlock.cidr")]: ["::/0", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[1].ipBlock.except[0]")]: ["fd00:ec2::254/128", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[1].ipBlock.except[1]")]: ["fd00:ec2::23/128", undefined],
      [policy("istio-system/allow-istiod", "egress[3].to[1].ipBlock.except[2]")]: ["fd20:ce::254/128", undefined],
      [policy("istio-system/allow-istiod", "egress[3].ports[0].port")]: [443, undefined],
      [policy("istio-system/allow-istiod", "egress[3].ports[0].protocol")]: ["TCP", undefined],
    },
  },
  {
    setting: "machines.issuers[].userClaim",
    value: "preferred_username",
    changes: {
      "AuthorizationPolicy ingress/machine-users: spec.rules[0].when[1].key": [
        "request.auth.claims[sub]",
        "request.auth.claims[preferred_username]",
      ],
      [userRule("when[1].key")]: ["request.auth.claims[sub]", "request.auth.claims[preferred_username]"],
      [tokenRule("outputClaimToHeaders[0].claim")]: ["sub", "preferred_username"],
    },
  },
  {
    setting: "machines.issuers[].userPrefix",
    value: "cluster-b:",
    changes: (found) => {
      const claim = tokenRule("outputClaimToHeaders[0].claim");
      assert.deepEqual(found[claim], ["sub", "gatehouse:none"]);
      const filter = Object.entries(found).filter(([place]) => place !== claim);
      assert.ok(filter.every(([place]) => place.startsWith("EnvoyFilter ingress/gatehouse: spec.configPatches")));
      const text = filter.map(([, difference]) => String(difference[1])).join("\n");
      assert.ok(text.includes('local prefixes = { ["https://oidc.cluster.example.com"] = "cluster-b:" }'), text);
      assert.ok(text.includes('local user_claims = { ["https://oidc.cluster.example.com"] = "sub" }'), text);
    },
  },
  {
    setting: "machines.issuers[].groupsClaim",
    value: "roles",
    changes: {
      [tokenRule("outputClaimToHeaders[1].claim")]: ["groups", "roles"],
      ...appGroups(1, ["groups", "roles"]),
      [groupsClaimsLine]: [
        groupsClaims("https://oidc.cluster.example.com", "groups"),
        groupsClaims("https://oidc.cluster.example.com", "roles"),
      ],
    },
  },
];
