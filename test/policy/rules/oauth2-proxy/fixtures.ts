import { type Manifest } from "../../../../policy/manifest";
import { type StackRule } from "../../../../policy/rule";
import { together } from "../../support";

/** Settings that no rule objects to, as they stand in the configuration file. */
export const safeSettings: Readonly<Record<string, unknown>> = {
  provider: "oidc",
  client_id: "gate",
  client_secret_file: "/secrets/client",
  cookie_secret_file: "/secrets/cookie",
  oidc_issuer_url: "https://gate.example.com/dex",
  insecure_oidc_skip_nonce: false,
  code_challenge_method: "S256",
  email_domains: ["example.com"],
  whitelist_domains: ["kubeflow.example.com"],
  cookie_name: "__Secure-gate",
  cookie_domains: ["kubeflow.example.com"],
  cookie_samesite: "lax",
  upstreams: ["static://200"],
};

/** The text of a configuration file. */
export function toml(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    .join("");
}

/** A ConfigMap with a configuration: the safe one with some settings changed, or removed by `undefined`. */
export function configured(changes: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "proxy", namespace: "auth" },
    data: { "oauth2_proxy.cfg": toml({ ...safeSettings, ...changes }) },
  };
}

/** The workload that reads that ConfigMap. */
export function workload(container: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "oauth2-proxy", namespace: "auth" },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "oauth2-proxy",
              image: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5",
              args: ["--config=/etc/proxy/oauth2_proxy.cfg"],
              volumeMounts: [{ name: "config", mountPath: "/etc/proxy" }],
              ...container,
            },
          ],
          volumes: [{ name: "config", configMap: { name: "proxy" } }],
        },
      },
    },
  };
}

/** What a rule says about the safe configuration with these changes. */
export function complaints(rule: StackRule, changes: Readonly<Record<string, unknown>> = {}): string[] {
  return together(rule, [configured(changes)]).map(([, message]) => message);
}

/** Where a setting stands in that ConfigMap. */
export const at = (name: string): string => `data["oauth2_proxy.cfg"]: ${name}`;
export const place = 'data["oauth2_proxy.cfg"]';
