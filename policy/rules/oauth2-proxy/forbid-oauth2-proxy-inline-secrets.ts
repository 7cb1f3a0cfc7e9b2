import { secretNames } from "../../../documents/oauth2-proxy/settingNames";
import { type Setting } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, weakness } from "../identitySources";
import { type Look, proxyRule, scopesOf, seen, wrong } from "./proxyRule";
import { asvs, secretsManagement } from "../frameworks";

const urls = new Set(["redis_connection_url", "redis_sentinel_connection_urls", "redis_cluster_connection_urls"]);

/** Secrets stand in Secrets: not in flags, variables or ConfigMaps, where everybody sees them who sees the workload. */
export const forbidOAuth2ProxyInlineSecrets = proxyRule(
  {
    name: "forbid-oauth2-proxy-inline-secrets",
    title: "The secrets of oauth2-proxy stand in Secrets",
    why:
      "Workloads and ConfigMaps are read by many, shown by dashboards and kept in Git. Whoever has the client's secret signs " +
      "in as the platform, and whoever has the cookie's makes a session for anybody.",
    mend: "Put the value into a Secret and refer to it: client_secret_file, cookie_secret_file, or env with valueFrom.secretKeyRef.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      798,
      "Use of Hard-coded Credentials",
      oauth2ProxyDocs("client_secret_file and cookie_secret_file read the value from a file"),
      asvs("13.3.1", "secrets are kept by what manages secrets"),
      secretsManagement,
    ),
    settings: [],
  },
  // Also one that another setting overrides: it can be read all the same.
  ...[...secretNames, ...urls].map((name): Look => (proxy) => {
    const settings = new Set(scopesOf(proxy).flatMap((layers) => layers.flatMap((layer) => layer.settings)));
    return [...settings]
      .filter((setting) => setting.name === name && holdsSecret(setting))
      .map((setting) =>
        wrong(setting, `holds ${urls.has(name) ? "a password" : "a secret"} that everybody can read. ${mendFor(name)}`),
      );
  }),
);

function holdsSecret(setting: Setting): boolean {
  if (!setting.inTheOpen) return false;
  const value = seen(setting)?.value;
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  const texts = values.map((one) => (typeof one === "string" ? one : (JSON.stringify(one) ?? "")));
  if (urls.has(setting.name))
    return texts.some((text) => /\/\/[^/@\s:]*:[^/@\s]+@/.test(text.replace(/\$[({]\w+[)}]|\{\{[^{}]*\}\}/g, "")));
  // What is left of a reference to a variable, of which none is among the container's own, is no secret yet, and neither
  // is what an operator replaces.
  return texts.some((text) => text !== "" && !/^(\$(\(\w+\)|\{\w+\}|[A-Za-z_]\w*)|\{\{[^{}]*\}\})$/.test(text));
}

function mendFor(name: string): string {
  if (urls.has(name)) return "Leave it out of the URL, and take OAUTH2_PROXY_REDIS_PASSWORD from a Secret.";
  const hasFile = name === "client_secret" || name === "cookie_secret" || name === "jwt_key";
  const file = hasFile ? `name its file in ${name}_file, or ` : "";
  return `Put it into a Secret, and ${file}take OAUTH2_PROXY_${name.toUpperCase()} from there with valueFrom.secretKeyRef.`;
}
