import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { type Rule } from "../../../../policy/rule";
import { changed, messages } from "../../support";

const config = {
  issuer: "https://gate.example.com/dex",
  storage: { type: "kubernetes", config: { inCluster: true } },
  web: { http: "0.0.0.0:5556" },
  oauth2: { grantTypes: ["authorization_code", "refresh_token"], responseTypes: ["code"], skipApprovalScreen: true },
  expiry: { refreshTokens: { absoluteLifetime: "168h", validIfNotUsedFor: "24h" } },
  logger: { level: "info" },
  staticClients: [
    {
      id: "gate",
      name: "Gate",
      secretEnv: "CLIENT_SECRET",
      redirectURIs: ["https://gate.example.com/oauth2/callback"],
    },
  ],
  connectors: [
    {
      type: "oidc",
      id: "company",
      name: "Company",
      config: {
        issuer: "https://login.example.com",
        clientID: "dex",
        clientSecret: "$CONNECTOR_SECRET",
        insecureEnableGroups: true,
      },
    },
  ],
  enablePasswordDB: false,
};

/** Dex's configuration with changes, by paths as `changed` takes them. */
export function dexConfig(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return changed(config as unknown as Manifest, changes);
}

/** A ConfigMap with that configuration. */
export function configured(changes: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "dex", namespace: "auth" },
    data: { "config.yaml": stringify(dexConfig(changes)) },
  };
}

/** The workload that reads that ConfigMap. */
export function workload(container: Readonly<Record<string, unknown>> = {}): Manifest {
  const dex = {
    name: "dex",
    image: "ghcr.io/dexidp/dex:v2.45.1",
    args: ["dex", "serve", "/etc/dex/config.yaml"],
    volumeMounts: [{ name: "config", mountPath: "/etc/dex" }],
    ...container,
  };
  const volumes = [{ name: "config", configMap: { name: "dex" } }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "dex", namespace: "auth" },
    spec: { template: { spec: { containers: [dex], volumes } } },
  };
}

/** What a rule says about the safe configuration with these changes. */
export function complaints(rule: Rule, changes: Readonly<Record<string, unknown>> = {}): string[] {
  return messages(rule, configured(changes));
}

/** Where something stands in that ConfigMap. */
export const at = (path: string): string => `data["config.yaml"]: ${path}`;
