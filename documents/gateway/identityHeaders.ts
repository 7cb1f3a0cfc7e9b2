/**
 * Beginnings of the names under which proxies hand identities on, and applications take them: ours and oauth2-proxy's,
 * Google's (Kubeflow Pipelines' own default is `x-goog-authenticated-user-email`), AWS's, Azure's, Cloudflare's, Grafana's
 * (`x-webauth-user`), Kubernetes' front proxy's, authentik's, Pomerium's, and Envoy's own words between proxies.
 */
export const identityPrefixes = [
  "x-auth-request-",
  "kubeflow-",
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
  "x-envoy-",
];

/** What oauth2-proxy tells of a person, under either of its beginnings. */
const toldByOAuth2Proxy = ["user", "email", "groups", "preferred-username", "access-token"];

/** The same for names that begin like others that have to pass, such as `x-forwarded-proto`. */
export const proxyIdentity = toldByOAuth2Proxy.map((name) => `x-forwarded-${name}`);

/**
 * Names of these families that are known, for policies, which know headers by their whole names alone. The two with an
 * underscore are for applications behind WSGI or CGI, which read both spellings as one (RFC 3875, section 4.1.18).
 */
export const identityHeaders: readonly string[] = [
  "kubeflow-userid",
  "kubeflow-groups",
  "kubeflow_userid",
  "kubeflow_groups",
  ...proxyIdentity,
  ...toldByOAuth2Proxy.map((name) => `x-auth-request-${name}`),
  ...["authenticated-user-email", "authenticated-user-id", "iap-jwt-assertion"].map((name) => `x-goog-${name}`),
  ...["identity", "data", "accesstoken"].map((name) => `x-amzn-oidc-${name}`),
  ...["", "-id", "-name", "-idp"].map((name) => `x-ms-client-principal${name}`),
  ...["authenticated-user-email", "jwt-assertion"].map((name) => `cf-access-${name}`),
  ...["user", "email", "name", "groups", "role"].map((name) => `x-webauth-${name}`),
  ...["user", "group", "groups", "email"].map((name) => `x-remote-${name}`),
  ...["user", "groups", "email", "name"].map((name) => `remote-${name}`),
  ...["username", "email", "groups", "entitlements", "name", "uid", "jwt"].map((name) => `x-authentik-${name}`),
  ...["jwt-assertion", "claim-email", "claim-user", "claim-groups"].map((name) => `x-pomerium-${name}`),
];
