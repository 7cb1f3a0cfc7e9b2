/**
 * What each setting changes, and nothing else: a place is an object's kind, namespace and name, and a path in it. The
 * settings that are changed are those of a stack with everything on.
 */
import { strict as assert } from "node:assert";
import { type Difference } from "../program/differences";

export interface Effect {
  /** The leaf of the schema that this is the test of. */
  setting: string;
  /** Path of the change, where it isn't the setting's own. */
  at?: string;
  /** Another value than the stack has. */
  value: unknown;
  /** Whether the value is a secret, as `pulumi config set --secret` makes it. */
  secret?: boolean;
  changes: Record<string, Difference | typeof restart> | ((differences: Record<string, Difference>) => void);
}

/** In place of a difference: the pods are replaced. */
export const restart = "restart";

const dexRestarts = {
  "Deployment auth/dex: spec.template.metadata.annotations.gatehouse/restart-on": restart,
} as const;
const oauth2ProxyRestarts = {
  "Deployment auth/oauth2-proxy: spec.template.metadata.annotations.gatehouse/restart-on": restart,
} as const;

const inDex = (path: string) => `ConfigMap auth/dex: data.config.yaml.${path}`;
const inOauth2Proxy = (path: string) => `ConfigMap auth/oauth2-proxy: data.oauth2-proxy.toml.${path}`;
const connector = (path: string, difference: Difference) => ({
  [inDex(`connectors[0].${path}`)]: difference,
  ...dexRestarts,
});
const gatewayChart = (path: string) => `Chart gatehouse-gateway: values.${path}`;
const hstsHeader =
  "EnvoyFilter ingress/gatehouse: spec.configPatches[2].patch.value.typed_config.mutations.response_mutations[0].append.header.value";
const identityFilterLine = (line: number) =>
  `EnvoyFilter ingress/gatehouse: spec.configPatches[3].patch.value.typed_config.default_source_code.inline_string[${line}]`;
const groupsClaims = (issuer: string, claim: string) =>
  `local groups_claims = { ["https://kubeflow.example.com/dex"] = "groups", ["${issuer}"] = "${claim}" }`;
const tokenRule = (path: string) => `RequestAuthentication ingress/tokens: spec.jwtRules[1].${path}`;
const userRule = (path: string) => `AuthorizationPolicy ingress/require-user: spec.rules[1].${path}`;
const policy = (name: string, path: string) => `NetworkPolicy ${name}: spec.${path}`;
const namespaceOf = (name: string, peer: string) =>
  policy(name, `${peer}.namespaceSelector.matchLabels.kubernetes.io/metadata.name`);

/** Every policy with a flow to or from the API server, and where it stands there. */
const apiServerFlows = {
  egress: [
    policy("auth/allow-dex", "egress[1]"),
    ...["startupapicheck", "cainjector", "webhook", "cert-manager"].map((name) =>
      policy(`cert-manager/allow-${name}`, "egress[0]"),
    ),
    policy("istio-cni/allow-istio-cni-node", "egress[0]"),
    policy("istio-system/allow-istiod", "egress[1]"),
  ],
  ingress: [policy("cert-manager/allow-webhook", "ingress[0]"), policy("istio-system/allow-istiod", "ingress[5]")],
};

const certificates = ["Certificate ingress/gatehouse-internal", "Certificate ingress/gatehouse-edge"];

const keySet = JSON.stringify({
  keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
});

const same = (places: string[], difference: Difference) =>
  Object.fromEntries(places.map((place) => [place, difference]));

export const effects: Effect[] = [
  {
    setting: "domain",
    value: "ml.example.org",
    changes: (differences) => {
      // Nothing but the name, wherever it stands.
      const {
        [Object.keys(dexRestarts)[0] ?? ""]: dex,
        [Object.keys(oauth2ProxyRestarts)[0] ?? ""]: proxy,
        ...rest
      } = differences;
      assert(dex !== undefined && proxy !== undefined, "Dex and oauth2-proxy restart");
      for (const [place, [before, after]] of Object.entries(rest)) {
        assert.equal(after, String(before).replaceAll("kubeflow.example.com", "ml.example.org"), place);
      }
      assert.deepEqual([...new Set(Object.keys(rest).map((place) => place.split(":")[0]))].sort(), [
        "AuthorizationPolicy ingress/require-principal",
        "AuthorizationPolicy ingress/require-user",
        "AuthorizationPolicy ingress/session",
        "Certificate ingress/gatehouse-edge",
        "ConfigMap auth/dex",
        "ConfigMap auth/oauth2-proxy",
        "EnvoyFilter ingress/gatehouse",
        "Gateway ingress/gatehouse",
        "RequestAuthentication ingress/tokens",
        "VirtualService auth/sign-in",
        "VirtualService gatehouse-echo/echo",
      ]);
    },
  },
  {
    setting: "cluster.apiServer.cidrs[]",
    at: "cluster.apiServer.cidrs",
    value: ["10.0.0.1/32", "2001:db8::1/128"],
    changes: Object.fromEntries(
      Object.values({
        egress: apiServerFlows.egress.map((place) => `${place}.to`),
        ingress: apiServerFlows.ingress.map((place) => `${place}.from`),
      })
        .flat()
        .flatMap((place) => [
          [`${place}[0].ipBlock.cidr`, ["172.18.0.0/16", "10.0.0.1/32"]],
          [`${place}[1].ipBlock.cidr`, [undefined, "2001:db8::1/128"]],
        ]),
    ) as Record<string, Difference>,
  },
  {
    setting: "cluster.apiServer.ports[]",
    at: "cluster.apiServer.ports",
    value: [443],
    changes: same(
      apiServerFlows.egress.map((place) => `${place}.ports[0].port`),
      [6443, 443],
    ),
  },
  {
    setting: "cluster.dnsNamespace",
    value: "dns",
    changes: same(
      ["auth", "cert-manager", "gatehouse-echo", "ingress", "istio-cni", "istio-system"].map((namespace) =>
        namespaceOf(`${namespace}/allow-all`, "egress[0].to[0]"),
      ),
      ["kube-system", "dns"],
    ),
  },
  {
    setting: "certificates.organization",
    value: "Example",
    changes: {
      ...same(
        [
          ...certificates.map((place) => `${place}: spec.subject.organizations[0]`),
          "SelfSignedCert ca-1: subject.organization",
        ],
        ["Kubeflow Gatehouse", "Example"],
      ),
      "SelfSignedCert ca-1: subject.commonName": ["Kubeflow Gatehouse private CA 1", "Example private CA 1"],
    },
  },
  {
    setting: "certificates.duration",
    value: "1440h",
    changes: same(
      certificates.map((place) => `${place}: spec.duration`),
      ["2160h", "1440h"],
    ),
  },
  {
    setting: "certificates.renewBefore",
    value: "24h",
    changes: same(
      certificates.map((place) => `${place}: spec.renewBefore`),
      ["360h", "24h"],
    ),
  },
  {
    setting: "certificates.caDuration",
    value: "43800h30m",
    changes: { "SelfSignedCert ca-1: validityPeriodHours": [87600, 43801] },
  },
  { setting: "ingress.replicas.min", value: 2, changes: { [gatewayChart("autoscaling.minReplicas")]: [1, 2] } },
  { setting: "ingress.replicas.max", value: 7, changes: { [gatewayChart("autoscaling.maxReplicas")]: [2, 7] } },
  {
    setting: "ingress.service.type",
    value: "LoadBalancer",
    changes: {
      [gatewayChart("service.type")]: ["NodePort", "LoadBalancer"],
      [gatewayChart("service.ports[0].nodePort")]: [30080, undefined],
      [gatewayChart("service.ports[1].nodePort")]: [30443, undefined],
    },
  },
  {
    setting: "ingress.service.nodePorts.http",
    value: 31080,
    changes: { [gatewayChart("service.ports[0].nodePort")]: [30080, 31080] },
  },
  {
    setting: "ingress.service.nodePorts.https",
    value: 31443,
    changes: { [gatewayChart("service.ports[1].nodePort")]: [30443, 31443] },
  },
  {
    setting: "ingress.applicationNamespaces[]",
    at: "ingress.applicationNamespaces",
    value: ["kubeflow", "team-a"],
    changes: {
      [policy("ingress/allow-gatehouse-gateway", "egress[5].ports[0].protocol")]: [undefined, "TCP"],
      [namespaceOf("ingress/allow-gatehouse-gateway", "egress[5].to[0]")]: [undefined, "team-a"],
      ...Object.fromEntries(
        [0, 1].flatMap((server): [string, Difference][] => [
          [
            `Gateway ingress/gatehouse: spec.servers[${server}].hosts[2]`,
            ["gatehouse-echo/echo.kubeflow.example.com", "team-a/kubeflow.example.com"],
          ],
          [
            `Gateway ingress/gatehouse: spec.servers[${server}].hosts[3]`,
            [undefined, "gatehouse-echo/echo.kubeflow.example.com"],
          ],
        ]),
      ),
    },
  },
  { setting: "ingress.hsts.maxAge", value: "1h", changes: { [hstsHeader]: ["max-age=300", "max-age=3600"] } },
  {
    setting: "ingress.hsts.includeSubdomains",
    value: true,
    changes: { [hstsHeader]: ["max-age=300", "max-age=300; includeSubDomains"] },
  },
  {
    setting: "ingress.hsts.preload",
    at: "ingress.hsts",
    value: { maxAge: "8760h", includeSubdomains: true, preload: true },
    changes: { [hstsHeader]: ["max-age=300", "max-age=31536000; includeSubDomains; preload"] },
  },
  {
    setting: "istio.strictMtls",
    value: "gatehouse",
    changes: { "PeerAuthentication istio-system/default": ["present", "absent"] },
  },
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
    changes: connector("id", ["company", "other"]),
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
    setting: "identity.connectors[].scopes[]",
    at: "identity.connectors[0].scopes",
    value: ["openid", "profile", "email", "groups"],
    changes: connector("config.scopes[3]", [undefined, "groups"]),
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
    changes: { [inOauth2Proxy("cookie_domains[0]")]: ["kubeflow.example.com", "example.com"], ...oauth2ProxyRestarts },
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
      [tokenRule("issuer")]: ["https://oidc.cluster.example.com", "https://oidc.example.org"],
      [identityFilterLine(5)]: [
        groupsClaims("https://oidc.cluster.example.com", "groups"),
        groupsClaims("https://oidc.example.org", "groups"),
      ],
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
      [policy("istio-system/allow-istiod", "egress[2].ports[1].port")]: [undefined, 8443],
      [policy("istio-system/allow-istiod", "egress[2].ports[1].protocol")]: [undefined, "TCP"],
    },
  },
  {
    setting: "machines.issuers[].jwks",
    value: keySet,
    changes: {
      [tokenRule("jwks")]: [undefined, keySet],
      // Nothing is fetched any more.
      [policy("istio-system/allow-istiod", "egress[2].to[0].ipBlock.cidr")]: ["0.0.0.0/0", undefined],
      [policy("istio-system/allow-istiod", "egress[2].to[0].ipBlock.except[0]")]: ["169.254.169.254/32", undefined],
      [policy("istio-system/allow-istiod", "egress[2].ports[0].port")]: [443, undefined],
      [policy("istio-system/allow-istiod", "egress[2].ports[0].protocol")]: ["TCP", undefined],
    },
  },
  {
    setting: "machines.issuers[].userClaim",
    value: "email",
    changes: {
      [userRule("when[1].key")]: ["request.auth.claims[sub]", "request.auth.claims[email]"],
      [tokenRule("outputClaimToHeaders[0].claim")]: ["sub", "email"],
    },
  },
  {
    setting: "machines.issuers[].groupsClaim",
    value: "roles",
    changes: {
      [tokenRule("outputClaimToHeaders[1].claim")]: ["groups", "roles"],
      [identityFilterLine(5)]: [
        groupsClaims("https://oidc.cluster.example.com", "groups"),
        groupsClaims("https://oidc.cluster.example.com", "roles"),
      ],
    },
  },
  {
    setting: "replicas",
    value: 4,
    changes: {
      ...same(["Deployment auth/dex: spec.replicas", "Deployment auth/oauth2-proxy: spec.replicas"], [2, 4]),
      ...same(["Chart cert-manager: values.webhook.replicaCount", "Chart istiod: values.autoscaleMin"], [2, 4]),
    },
  },
  {
    setting: "rotation.cookieSecret",
    value: 2,
    changes: {
      "Secret auth/oauth2-proxy: stringData.cookie-secret": [
        "<generated base64 of oauth2-proxy-cookie-1>",
        "<generated base64 of oauth2-proxy-cookie-2>",
      ],
      "RandomBytes oauth2-proxy-cookie-1": ["present", "absent"],
      "RandomBytes oauth2-proxy-cookie-2": ["absent", "present"],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "rotation.clientSecret",
    value: 2,
    changes: {
      ...same(
        [
          "Secret auth/dex: stringData.OAUTH2_PROXY_CLIENT_SECRET",
          "Secret auth/oauth2-proxy: stringData.client-secret",
        ],
        ["<generated result of client-secret-1>", "<generated result of client-secret-2>"],
      ),
      "RandomPassword client-secret-1": ["present", "absent"],
      "RandomPassword client-secret-2": ["absent", "present"],
      ...dexRestarts,
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "rotation.staticPasswords",
    value: 2,
    changes: {
      "Secret auth/dex: stringData.STATIC_PASSWORD_HASH_0": [
        "<generated bcryptHash of dex-user@example.com-1>",
        "<generated bcryptHash of dex-user@example.com-2>",
      ],
      "RandomPassword dex-user@example.com-1": ["present", "absent"],
      "RandomPassword dex-user@example.com-2": ["absent", "present"],
      ...dexRestarts,
    },
  },
  { setting: "rotation.connectorSecrets", value: 2, changes: dexRestarts },
  {
    setting: "rotation.certificateAuthority",
    value: 2,
    changes: {
      ...Object.fromEntries(
        [1, 2].flatMap((generation) =>
          [
            "PrivateKey ca-#",
            "SelfSignedCert ca-#",
            "Secret cert-manager/gatehouse-ca-#",
            "ClusterIssuer gatehouse-ca-#",
          ].map((id): [string, Difference] => [
            id.replace("#", String(generation)),
            generation === 1 ? ["present", "absent"] : ["absent", "present"],
          ]),
        ),
      ),
      ...same(
        ["Secret istio-system/gatehouse-ca: stringData.extra.pem", "Secret auth/gatehouse-ca: stringData.ca.crt"],
        ["<generated certPem of ca-1>", "<generated certPem of ca-2>"],
      ),
      ...same(
        certificates.map((place) => `${place}: spec.issuerRef.name`),
        ["gatehouse-ca-1", "gatehouse-ca-2"],
      ),
      // istiod reads the CA at its start only.
      "Chart istiod: values.podAnnotations.gatehouse/certificate-authority": ["1", "2"],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "monitoring.namespace",
    value: "metrics",
    changes: same(
      [
        namespaceOf("auth/allow-dex", "ingress[1].from[0]"),
        namespaceOf("auth/allow-oauth2-proxy", "ingress[1].from[0]"),
        namespaceOf("cert-manager/allow-cainjector", "ingress[0].from[0]"),
        namespaceOf("cert-manager/allow-cert-manager", "ingress[0].from[0]"),
        namespaceOf("cert-manager/allow-webhook", "ingress[1].from[0]"),
        namespaceOf("gatehouse-echo/allow-echo", "ingress[1].from[0]"),
        namespaceOf("ingress/allow-gatehouse-gateway", "ingress[3].from[0]"),
        namespaceOf("istio-system/allow-istiod", "ingress[6].from[0]"),
      ],
      ["monitoring", "metrics"],
    ),
  },
  {
    setting: "network.metadataExceptions[].namespace",
    at: "network.metadataExceptions",
    value: [],
    changes: {
      "NetworkPolicy cert-manager/allow-cert-manager: metadata.annotations.gatehouse/metadata-exception": [
        "DNS-01 challenges with the cloud's workload identity.",
        undefined,
      ],
      [policy("cert-manager/allow-cert-manager", "egress[1].to[0].ipBlock.cidr")]: ["169.254.169.254/32", undefined],
      [policy("cert-manager/allow-cert-manager", "egress[1].ports[0].port")]: [80, undefined],
      [policy("cert-manager/allow-cert-manager", "egress[1].ports[0].protocol")]: ["TCP", undefined],
    },
  },
  {
    setting: "network.metadataExceptions[].reason",
    value: "Another reason than before.",
    changes: {
      "NetworkPolicy cert-manager/allow-cert-manager: metadata.annotations.gatehouse/metadata-exception": [
        "DNS-01 challenges with the cloud's workload identity.",
        "Another reason than before.",
      ],
    },
  },
  {
    setting: "echo.enabled",
    value: false,
    changes: (differences) => {
      const gone = Object.entries(differences).filter(([, [before]]) => before === "present");
      assert.deepEqual(gone.map(([id]) => id).sort(), [
        "AuthorizationPolicy gatehouse-echo/echo",
        "ConfigMap gatehouse-echo/echo",
        "Deployment gatehouse-echo/echo",
        "Namespace gatehouse-echo",
        "NetworkPolicy gatehouse-echo/allow-all",
        "NetworkPolicy gatehouse-echo/allow-echo",
        "NetworkPolicy gatehouse-echo/default-deny",
        "PeerAuthentication gatehouse-echo/default",
        "PodDisruptionBudget gatehouse-echo/echo",
        "Service gatehouse-echo/echo",
        "ServiceAccount gatehouse-echo/echo",
        "VirtualService gatehouse-echo/echo",
      ]);
      const others = Object.keys(differences).filter((place) => !gone.some(([id]) => id === place));
      assert.deepEqual([...new Set(others.map((place) => place.split(":")[0]))].sort(), [
        "ConfigMap auth/oauth2-proxy",
        "Deployment auth/oauth2-proxy",
        "EnvoyFilter ingress/gatehouse",
        "Gateway ingress/gatehouse",
        "NetworkPolicy ingress/allow-gatehouse-gateway",
        "NetworkPolicy istio-system/allow-istiod",
      ]);
    },
  },
  {
    setting: "mirror.charts",
    value: "oci://registry.example.com/charts",
    changes: {
      "Chart cert-manager: chart": [
        "oci://quay.io/jetstack/charts/cert-manager",
        "oci://registry.example.com/charts/cert-manager",
      ],
      ...Object.fromEntries(
        [
          ["base", "base"],
          ["cni", "cni"],
          ["istiod", "istiod"],
          ["gatehouse-gateway", "gateway"],
        ].flatMap(([release = "", chart = ""]): [string, Difference][] => [
          [`Chart ${release}: chart`, [chart, `oci://registry.example.com/charts/${chart}`]],
          [`Chart ${release}: repositoryOpts.repo`, ["https://istio-release.storage.googleapis.com/charts", undefined]],
        ]),
      ),
    },
  },
];
