import { type Manifest } from "../../../../policy/manifest";

/** A configuration of oauth2-proxy that verifies, and names the switch in a comment as people do. */
export const oauth2ProxyToml = `provider = "oidc"
oidc_issuer_url = "https://gate.example.com/dex"
# ssl_insecure_skip_verify = true would trust anybody
ssl_insecure_skip_verify = false
provider_ca_files = ["/etc/ca/ca.crt"]
email_domains = ["example.com"]
`;

export function configMap(data: Record<string, unknown>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "config", namespace: "auth" }, data };
}

export function secret(fields: Record<string, unknown>): Manifest {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "config", namespace: "auth" }, ...fields };
}

export const mend = "Set it to false, or remove it; a private CA is trusted by naming it";

/** The message for a switch that is `true`. */
export function turnsOff(field: string, ca = ""): string {
  return `${field} = true turns certificate verification off. ${mend}${ca}.`;
}

/** The message for a switch whose value is no boolean. */
export function neither(field: string, value: string): string {
  return (
    `${field} = ${value} is neither true nor false, so nobody can say whether certificate verification is on. ` +
    "Write false, or remove it."
  );
}
