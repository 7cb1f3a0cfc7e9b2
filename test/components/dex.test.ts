import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { type DexConfig, type DexConnector, type OidcConfig } from "../../documents/dex/schema";
import { type Settings } from "../../stacks/schema";
import { type Workload } from "../program/pods";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, settingsOf } from "../stacks/fixture";

/** Connectors of people, as far as the compiler knows. */
type Config = Omit<DexConfig, "connectors"> & { connectors: DexConnector[] };

const configOf = (recording: Recording): Config => {
  const { data } = recording.object<{ data: Record<string, string> }>("ConfigMap", "dex", "auth");
  assert.deepEqual(Object.keys(data), ["config.yaml"]);
  return parse(data["config.yaml"] ?? "") as Config;
};

const oidcOf = (recording: Recording, index = 0) => configOf(recording).connectors[index]?.config as OidcConfig;

const containerOf = (recording: Recording) => {
  const [container] = recording.object<Workload>("Deployment", "dex", "auth").spec.template.spec.containers;
  assert(container);
  return container;
};

const connector = (index: number, change: object = {}) => ({
  type: "oidc",
  id: `provider-${index}`,
  name: `Provider ${index}`,
  issuer: `https://login-${index}.example.com`,
  clientId: `client-${index}`,
  clientSecret: { secretName: `secret-${index}`, key: "password" },
  ...change,
});

const withConnectors = (...connectors: object[]): Settings =>
  settingsOf(changed(production(), "identity.connectors", connectors));

describe("Dex", () => {
  it("is configured like this when everything is on", async () => {
    assert.deepEqual(configOf(await recordEverything()), {
      issuer: "https://kubeflow.example.com/dex",
      storage: { type: "kubernetes", config: { inCluster: true, crdHandling: "check" } },
      web: {
        http: "0.0.0.0:5556",
        headers: {
          "Content-Security-Policy":
            "default-src 'self'; script-src 'sha256-8L66wXkInDnVEdLxlrsFPaRkqIpBKhVd5kdLxX6AvFk='; frame-ancestors 'none'; base-uri 'none'",
          "X-Frame-Options": "DENY",
          "X-Content-Type-Options": "nosniff",
        },
      },
      telemetry: { http: "0.0.0.0:5558" },
      oauth2: {
        grantTypes: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"],
        responseTypes: ["code"],
        skipApprovalScreen: true,
        alwaysShowLoginScreen: false,
      },
      expiry: {
        idTokens: "1h",
        authRequests: "15m",
        signingKeys: "720h",
        refreshTokens: {
          disableRotation: false,
          reuseInterval: "30s",
          validIfNotUsedFor: "12h",
          absoluteLifetime: "12h",
        },
      },
      logger: { level: "info", format: "json" },
      frontend: { issuer: "Kubeflow" },
      staticClients: [
        {
          id: "oauth2-proxy",
          name: "Kubeflow",
          secretEnv: "OAUTH2_PROXY_CLIENT_SECRET",
          redirectURIs: ["https://kubeflow.example.com/oauth2/callback"],
        },
        { id: "ci", name: "ci", secretEnv: "MACHINE_CLIENT_SECRET_0", redirectURIs: [] },
      ],
      connectors: [
        {
          type: "oidc",
          id: "company",
          name: "Company sign-in",
          config: {
            issuer: "https://login.example.com",
            clientID: "kubeflow",
            clientSecret: "$CONNECTOR_CLIENT_SECRET_0",
            redirectURI: "https://kubeflow.example.com/dex/callback",
            scopes: ["openid", "profile", "email", "offline_access"],
            insecureEnableGroups: true,
            getUserInfo: true,
          },
        },
        {
          type: "oidc",
          id: "github-actions",
          name: "github-actions",
          config: {
            issuer: "https://token.actions.githubusercontent.com",
            redirectURI: "https://kubeflow.example.com/dex/callback",
            scopes: ["openid"],
            getUserInfo: false,
            userIDKey: "sub",
            userNameKey: "sub",
            overrideClaimMapping: true,
            claimMapping: { email: "sub" },
          },
        },
      ],
      enablePasswordDB: true,
      staticPasswords: [
        {
          email: "user@example.com",
          username: "user",
          userID: "user@example.com",
          groups: ["ml-engineers"],
          emailVerified: true,
          hashFromEnv: "STATIC_PASSWORD_HASH_0",
        },
      ],
    });
  });

  it("has no passwords of its own without static users", async () => {
    const recording = await recordPlatform(settingsOf(production()));
    const config = configOf(recording);
    assert.equal(config.enablePasswordDB, false);
    assert(!("staticPasswords" in config));
    assert(!containerOf(recording).env?.some(({ name }) => name.includes("PASSWORD")));
    assert.deepEqual(Object.keys(recording.object<{ stringData: object }>("Secret", "dex", "auth").stringData), [
      "OAUTH2_PROXY_CLIENT_SECRET",
    ]);
  });

  it("has a connector for each provider, each with a secret of its own", async () => {
    const recording = await recordPlatform(withConnectors(connector(0), connector(1), connector(2)));
    assert.deepEqual(
      configOf(recording).connectors.map(({ id }, index) => [
        id,
        oidcOf(recording, index).issuer,
        oidcOf(recording, index).clientSecret,
      ]),
      [0, 1, 2].map((index) => [
        `provider-${index}`,
        `https://login-${index}.example.com`,
        `$CONNECTOR_CLIENT_SECRET_${index}`,
      ]),
    );
    assert.deepEqual(
      containerOf(recording).env?.slice(1, 4),
      [0, 1, 2].map((index) => ({
        name: `CONNECTOR_CLIENT_SECRET_${index}`,
        valueFrom: { secretKeyRef: { name: `secret-${index}`, key: "password" } },
      })),
    );
  });

  it("takes groups from the named claim even where the provider sends another called groups", async () => {
    const config = oidcOf(await recordPlatform(withConnectors(connector(0, { groupsClaim: "roles" }))));
    assert.deepEqual(config.claimMapping, { groups: "roles" });
    assert.equal(config.overrideClaimMapping, true);
  });

  it("reads a $ of a provider's settings as it is written, although it expands variables there", async () => {
    const odd = {
      issuer: "https://login.example.com/$tenant",
      clientId: "a$b$$c${d}",
      groupsClaim: "$groups",
      scopes: ["openid", "$scope"],
    };
    const recording = await recordPlatform(withConnectors(connector(0, odd)));
    const env = new Map((containerOf(recording).env ?? []).map(({ name, value }) => [name, value ?? "from a Secret"]));
    // As Go's os.ExpandEnv does it, for the forms that stand there.
    const expand = (text: string) =>
      text.replace(
        /\$(?:\{(\w+)\}|(\w+))/g,
        (_, braced?: string, plain?: string) => env.get(braced ?? plain ?? "") ?? "",
      );
    const config = oidcOf(recording);
    assert.equal(expand(config.issuer), odd.issuer);
    assert.equal(expand(config.clientID), odd.clientId);
    assert.equal(expand(config.claimMapping?.groups ?? ""), odd.groupsClaim);
    assert.deepEqual(config.scopes.map(expand), [...odd.scopes, "offline_access"]);
    assert.equal(expand(config.clientSecret), "from a Secret");
  });

  it("opens token exchange for machines' clients, and not without one", async () => {
    const { oauth2, staticClients, connectors } = configOf(await recordPlatform(settingsOf(production())));
    assert.deepEqual(oauth2.grantTypes, ["authorization_code", "refresh_token"]);
    assert.deepEqual([staticClients.length, connectors.length], [1, 1]);
  });

  it("takes the user and the groups of a job from the named claims, and a $ of its issuer as it is written", async () => {
    const machines = {
      connectors: [{ id: "jobs", issuer: "https://ci.example.com/$x", userClaim: "job", groupsClaim: "project" }],
      clients: [{ id: "a", connectors: ["jobs"], users: ["x"] }],
    };
    const { connectors } = configOf(await recordPlatform(settingsOf({ ...production(), machines })));
    assert.deepEqual(connectors[1]?.config, {
      issuer: "https://ci.example.com/${DOLLAR}x",
      redirectURI: "https://kubeflow.example.com/dex/callback",
      scopes: ["openid"],
      getUserInfo: false,
      userIDKey: "job",
      userNameKey: "job",
      overrideClaimMapping: true,
      claimMapping: { email: "job", groups: "project" },
      insecureEnableGroups: true,
    });
  });

  it("gives each machine's client a secret of its own, which is an output of the stack", async () => {
    const machines = {
      connectors: [{ id: "jobs", issuer: "https://ci.example.com" }],
      clients: ["a", "b"].map((id) => ({ id, connectors: ["jobs"], users: ["x"] })),
    };
    const recording = await recordPlatform(settingsOf({ ...production(), machines }));
    const { stringData } = recording.object<{ stringData: object }>("Secret", "dex", "auth");
    assert.deepEqual(stringData, {
      OAUTH2_PROXY_CLIENT_SECRET: "<generated result of client-secret-1>",
      MACHINE_CLIENT_SECRET_0: "<generated result of dex-machine-a-1>",
      MACHINE_CLIENT_SECRET_1: "<generated result of dex-machine-b-1>",
    });
    assert.deepEqual(
      configOf(recording).staticClients.map(({ id, secretEnv }) => [id, secretEnv]),
      [
        ["oauth2-proxy", "OAUTH2_PROXY_CLIENT_SECRET"],
        ["a", "MACHINE_CLIENT_SECRET_0"],
        ["b", "MACHINE_CLIENT_SECRET_1"],
      ],
    );
  });

  it("has an environment for its secrets and its namespace, and for nothing else", async () => {
    const { env, command, args } = containerOf(await recordEverything());
    const fromSecret = (name: string, secret: string, key: string) => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key } },
    });
    assert.deepEqual(env, [
      fromSecret("OAUTH2_PROXY_CLIENT_SECRET", "dex", "OAUTH2_PROXY_CLIENT_SECRET"),
      fromSecret("STATIC_PASSWORD_HASH_0", "dex", "STATIC_PASSWORD_HASH_0"),
      fromSecret("CONNECTOR_CLIENT_SECRET_0", "company-sign-in", "clientSecret"),
      fromSecret("MACHINE_CLIENT_SECRET_0", "dex", "MACHINE_CLIENT_SECRET_0"),
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ]);
    assert.deepEqual([command, args], [["/usr/local/bin/dex"], ["serve", "/etc/dex/config.yaml"]]);
  });

  it("is asked for its health at the port for machines, and offers only the other as a Service", async () => {
    const recording = await recordEverything();
    const { readinessProbe, livenessProbe } = containerOf(recording);
    assert.deepEqual(
      [readinessProbe?.httpGet, livenessProbe?.httpGet],
      [
        { path: "/healthz/ready", port: 5558 },
        { path: "/healthz/live", port: 5558 },
      ],
    );
    const { spec } = recording.object<{ spec: { ports: object[] } }>("Service", "dex", "auth");
    assert.deepEqual(spec.ports, [
      { name: "http", port: 5556, targetPort: "http", protocol: "TCP", appProtocol: "http" },
    ]);
  });
});

describe("Dex's storage", () => {
  const plurals = [
    "authcodes",
    "authrequests",
    "oauth2clients",
    "signingkeies",
    "refreshtokens",
    "passwords",
    "offlinesessionses",
    "connectors",
    "devicerequests",
    "devicetokens",
  ];
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("is these types, namespaced and without a schema of their own", () => {
    const definitions = recording.all<{ spec: Definition }>("CustomResourceDefinition");
    assert.deepEqual(
      definitions.map(({ metadata }) => metadata.name).sort(),
      plurals.map((plural) => `${plural}.dex.coreos.com`).sort(),
    );
    for (const { metadata, spec } of definitions) {
      assert.equal(metadata.name, `${spec.names.plural}.${spec.group}`);
      assert.equal(spec.scope, "Namespaced");
      assert.equal(spec.names.listKind, `${spec.names.kind}List`);
      assert.deepEqual(spec.versions, [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
        },
      ]);
    }
  });

  it("is open to Dex in its own namespace, and Dex has no role in the cluster", () => {
    const { rules } = recording.object<{ rules: object[] }>("Role", "dex-storage", "auth");
    assert.deepEqual(rules, [
      { apiGroups: ["dex.coreos.com"], resources: plurals, verbs: ["create", "delete", "get", "list", "update"] },
    ]);
    const { roleRef, subjects } = recording.object<{ roleRef: object; subjects: object[] }>(
      "RoleBinding",
      "dex-storage",
      "auth",
    );
    assert.deepEqual(roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "dex-storage" });
    assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "dex", namespace: "auth" }]);
    const ofCluster = recording.all<{ subjects: { name: string }[] }>("ClusterRoleBinding");
    assert(!ofCluster.some((binding) => binding.subjects.some(({ name }) => name === "dex")));
  });

  interface Definition {
    group: string;
    scope: string;
    names: { plural: string; kind: string; listKind: string };
    versions: object[];
  }
});
