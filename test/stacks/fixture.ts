/** Settings that pass, one change at a time away from settings that don't. */
import { strict as assert } from "node:assert";
import { checkSettings, type RawSettings } from "../../stacks/readSettings";
import { type Settings } from "../../stacks/schema";
import { SettingsError, type SettingsProblem } from "../../stacks/settingsError";

export const project = "kubeflow-gatehouse";

export interface Tree {
  [key: string]: unknown;
}

export interface Surroundings {
  stack?: string;
  /** Keys that hold a secret anywhere in their value. */
  secretKeys?: readonly string[];
}

/** The least that a production stack says. */
export const production = (): Tree => ({
  domain: "kubeflow.example.com",
  cluster: { apiServer: { cidrs: ["10.10.0.0/28"], ports: [443] } },
  identity: {
    emailDomains: ["example.com"],
    connectors: [
      {
        type: "oidc",
        id: "company",
        name: "Company sign-in",
        issuer: "https://login.example.com",
        clientId: "kubeflow",
        clientSecret: { secretName: "company-sign-in", key: "clientSecret" },
      },
    ],
  },
});

/** A development stack in which something stands at every place of the schema. */
export const everything = (): Tree => ({
  ...production(),
  environment: "dev",
  cluster: {
    apiServer: { cidrs: ["172.18.0.0/16"], ports: [6443], callsWebhooksFrom: "addresses" },
    platform: "gke",
    dns: { namespace: "kube-system", podLabels: ["k8s-app=kube-dns"], ports: [53], addresses: ["169.254.20.10/32"] },
  },
  certificates: {
    edge: { type: "privateCa" },
    organization: "Example",
    duration: "2160h",
    renewBefore: "360h",
    caDuration: "87600h",
  },
  ingress: {
    replicas: { min: 1, max: 2 },
    service: { type: "NodePort", nodePorts: { http: 30080, https: 30443 } },
    trustedRanges: ["10.0.0.0/16"],
    clientAddress: { proxyProtocol: "off", trustedHops: 0 },
    applicationNamespaces: ["kubeflow"],
    hsts: { maxAge: "5m", includeSubdomains: false, preload: false },
  },
  istio: { strictMtls: "mesh" },
  identity: {
    ...(changed(production(), "identity.connectors[0].scopes", ["openid", "email"]).identity as Tree),
    staticUsers: [{ email: "user@example.com", groups: ["ml-engineers"] }],
    allowedGroups: ["ml-engineers"],
  },
  sessions: { cookieDomain: "example.com", lifetime: "12h", refresh: "45m", idToken: "1h" },
  machines: {
    cluster: {
      type: "public",
      issuer: "https://oidc.example.net",
      audiences: ["pipelines.kubeflow.org"],
      users: ["system:serviceaccount:*"],
    },
    connectors: [
      { id: "github-actions", issuer: "https://ci.example.com", userClaim: "sub", groupsClaim: "repository" },
    ],
    clients: [{ id: "ci", connectors: ["github-actions"], users: ["repo:example/pipelines:*"] }],
    issuers: [
      {
        name: "cluster",
        issuer: "https://oidc.cluster.example.com",
        audiences: ["pipelines.kubeflow.org"],
        userClaim: "sub",
        users: ["cluster-b:*"],
        userPrefix: "b:",
        groupsClaim: "groups",
      },
    ],
  },
  apps: [
    {
      name: "grafana",
      host: "grafana.kubeflow.example.com",
      service: { name: "grafana", namespace: "monitoring", port: 80 },
      pods: { labels: { app: "grafana" }, port: 3000 },
      groups: ["ml-engineers"],
      inCluster: false,
      callers: [{ namespace: "reports", podLabels: { app: "reporter" }, serviceAccount: "reporter" }],
    },
  ],
  replicas: 2,
  rotation: {
    cookieSecret: 1,
    clientSecret: 1,
    connectorSecrets: 1,
    staticPasswords: 1,
    machineClients: 1,
    certificateAuthority: 1,
  },
  monitoring: { namespace: "monitoring" },
  network: { metadataExceptions: [{ namespace: "cert-manager", reason: "DNS-01 with workload identity." }] },
  echo: { enabled: true },
  mirror: { charts: "https://charts.example.com", images: "registry.example.com/mirror" },
});

/** The same on a cluster that has cert-manager and Istio already. */
export const existing = (): Tree => ({
  ...everything(),
  certManager: { type: "existing", namespace: "certificates" },
  istio: { type: "existing", namespace: "mesh" },
  network: {},
});

/** A copy with another value at a path such as `identity.connectors[0].id`; `undefined` takes the setting away. */
export function changed(settings: Tree, path: string, value: unknown): Tree {
  const copy = structuredClone(settings);
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop() ?? "";
  const parent = keys.reduce<Tree>((inner, key) => (inner[key] ??= {}) as Tree, copy);
  if (value === undefined) {
    delete parent[last];
  } else {
    parent[last] = value;
  }
  return copy;
}

/** Settings in the form that Pulumi hands on: texts as they are, anything else as JSON. */
export function raw(settings: Tree, { stack = "prod", secretKeys = [] }: Surroundings = {}): RawSettings {
  const values = Object.entries(settings).map(([key, value]): [string, string] => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { project, stack, values: Object.fromEntries(values), secretKeys: new Set(secretKeys) };
}

export const settingsOf = (settings: Tree, surroundings?: Surroundings): Settings =>
  checkSettings(raw(settings, surroundings));

/** The error that the settings are refused with, or none. */
export function errorOf(settings: Tree, surroundings?: Surroundings): SettingsError | undefined {
  try {
    settingsOf(settings, surroundings);
    return undefined;
  } catch (error) {
    assert(error instanceof SettingsError, `expected a SettingsError, not ${String(error)}`);
    return error;
  }
}

export const problemsOf = (settings: Tree, surroundings?: Surroundings): readonly SettingsProblem[] =>
  errorOf(settings, surroundings)?.problems ?? [];
