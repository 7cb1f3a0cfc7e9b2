import { checkSettings } from "./readSettings";
import { type Settings, type SettingsInput } from "./schema";

/** Settings with every option on, for documentation and tests that are to see every part. */
export const everythingInput: SettingsInput = {
  environment: "dev",
  domain: "kubeflow.example.com",
  cluster: { apiServer: { cidrs: ["172.18.0.0/16"], ports: [6443] } },
  ingress: { applicationNamespaces: ["kubeflow"] },
  identity: {
    emailDomains: ["example.com"],
    allowedGroups: ["ml-engineers"],
    staticUsers: [{ email: "user@example.com", groups: ["ml-engineers"] }],
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
  machines: {
    cluster: {
      type: "selfSigned",
      issuer: "https://kubernetes.default.svc.cluster.local",
      audiences: ["pipelines.kubeflow.org"],
    },
    connectors: [{ id: "github-actions", issuer: "https://token.actions.githubusercontent.com" }],
    clients: [{ id: "ci", connectors: ["github-actions"], users: ["repo:example/pipelines:*"] }],
    issuers: [
      {
        name: "cluster",
        issuer: "https://oidc.cluster.example.com",
        audiences: ["pipelines.kubeflow.org"],
        users: ["cluster-b:*"],
        groupsClaim: "groups",
      },
    ],
  },
  apps: [
    {
      name: "grafana",
      service: { name: "grafana", namespace: "monitoring", port: 80 },
      pods: { labels: { "app.kubernetes.io/name": "grafana" }, port: 3000 },
      groups: ["ml-engineers"],
      callers: [{ namespace: "reports", podLabels: { app: "reporter" }, serviceAccount: "reporter" }],
    },
    {
      name: "door",
      service: { name: "echo", namespace: "gatehouse-echo", port: 8080 },
      pods: { labels: { "app.kubernetes.io/name": "echo" } },
      inCluster: true,
    },
  ],
  monitoring: { namespace: "monitoring" },
  network: {
    metadataExceptions: [
      { namespace: "cert-manager", reason: "DNS-01 challenges with the cloud's workload identity." },
    ],
  },
  echo: { enabled: true },
};

export function everything(): Settings {
  const values = Object.fromEntries(
    Object.entries(everythingInput).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return checkSettings({ project: "kubeflow-gatehouse", stack: "everything", values, secretKeys: new Set() });
}
