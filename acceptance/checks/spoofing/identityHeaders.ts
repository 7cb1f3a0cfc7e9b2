import { folded } from "./headerLines";

/** Headers in which proxies hand an identity on, and in which some application believes it. */
export const identityHeaders: readonly string[] = [
  "kubeflow-userid",
  "kubeflow-groups",
  "x-auth-request-user",
  "x-auth-request-email",
  "x-auth-request-groups",
  "x-auth-request-preferred-username",
  "x-auth-request-access-token",
  "x-forwarded-user",
  "x-forwarded-email",
  "x-forwarded-groups",
  "x-forwarded-preferred-username",
  "x-forwarded-access-token",
  "x-goog-authenticated-user-email",
  "x-goog-authenticated-user-id",
  "x-goog-iap-jwt-assertion",
  "x-amzn-oidc-identity",
  "x-amzn-oidc-data",
  "x-ms-client-principal",
  "x-ms-client-principal-name",
  "cf-access-authenticated-user-email",
  "x-webauth-user",
  "x-remote-user",
  "remote-user",
  "x-authentik-username",
  "x-pomerium-claim-email",
];

/** How names begin that are nobody's but a proxy's. */
const beginnings = [
  "kubeflow-",
  "x-auth-request-",
  "x-goog-authenticated-user-",
  "x-goog-iap-",
  "x-amzn-oidc-",
  "x-ms-client-principal",
  "cf-access-",
  "x-webauth-",
  "x-remote-",
  "remote-",
  "x-authentik-",
  "x-pomerium-",
];

/** Whether an application could take a header of this name for an identity, whichever way it reads names. */
export function isIdentityHeader(name: string): boolean {
  const plain = folded(name);
  return beginnings.some((beginning) => plain.startsWith(beginning)) || identityHeaders.includes(plain);
}
