import { type Settings } from "./schema";

export type AcmeEdge = Extract<Settings["certificates"]["edge"], { type: "acme" }>;

/** https://letsencrypt.org/docs/staging-environment/ */
const letsEncrypt = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

/** The directory that certificates are asked from. */
export function acmeServer(edge: AcmeEdge, environment: Settings["environment"]): string {
  return edge.server ?? (environment === "dev" ? letsEncrypt.staging : letsEncrypt.production);
}
