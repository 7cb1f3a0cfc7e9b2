/**
 * oauth2-proxy's settings by the name that its configuration file has for them (the `cfg` tags in pkg/apis/options of
 * v7.15). A name that stands in none of the lists is a text.
 */

/** Flags without a value mean `true` here, and the word behind them is no value (pflag's `NoOptDefVal`). */
export const switches: ReadonlySet<string> = new Set([
  "allow_query_semicolons",
  "auth_logging",
  "bearer_token_login_fallback",
  "config_test",
  "convert_config_to_alpha",
  "cookie_csrf_per_request",
  "cookie_httponly",
  "cookie_secure",
  "disable_keep_alives",
  "display_htpasswd_form",
  "encode_state",
  "entra_id_federated_token_auth",
  "errors_to_info_log",
  "force_https",
  "force_json_errors",
  "gcp_healthchecks",
  "google_use_application_default_credentials",
  "google_use_organization_id",
  "insecure_oidc_allow_unverified_email",
  "insecure_oidc_skip_issuer_verification",
  "insecure_oidc_skip_nonce",
  "logging_compress",
  "logging_local_time",
  "pass_access_token",
  "pass_authorization_header",
  "pass_basic_auth",
  "pass_host_header",
  "pass_user_headers",
  "prefer_email_to_user",
  "proxy_websockets",
  "redis_insecure_skip_tls_verify",
  "redis_use_cluster",
  "redis_use_sentinel",
  "relative_redirect_url",
  "request_logging",
  "reverse_proxy",
  "session_cookie_minimal",
  "set_authorization_header",
  "set_basic_auth",
  "set_xauthrequest",
  "show_debug_on_error",
  "silence_ping_logging",
  "skip_auth_preflight",
  "skip_auth_strip_headers",
  "skip_claims_from_profile_url",
  "skip_jwt_bearer_tokens",
  "skip_oidc_discovery",
  "skip_provider_button",
  "ssl_insecure_skip_verify",
  "ssl_upstream_insecure_skip_verify",
  "standard_logging",
  "use_system_trust_store",
  "version",
]);

/** Lists, whose flag stands once for each element and has a name in the singular where the two differ. */
const flagsOfLists: Readonly<Record<string, string>> = {
  allowed_groups: "allowed-group",
  allowed_roles: "allowed-role",
  api_routes: "api-route",
  cookie_domains: "cookie-domain",
  email_domains: "email-domain",
  entra_id_allowed_tenants: "entra-id-allowed-tenant",
  exclude_logging_paths: "exclude-logging-path",
  extra_jwt_issuers: "extra-jwt-issuers",
  github_users: "github-user",
  gitlab_groups: "gitlab-group",
  gitlab_projects: "gitlab-project",
  google_groups: "google-group",
  htpasswd_user_groups: "htpasswd-user-group",
  keycloak_groups: "keycloak-group",
  oidc_audience_claims: "oidc-audience-claim",
  oidc_enabled_signing_algs: "oidc-enabled-signing-alg",
  oidc_extra_audiences: "oidc-extra-audience",
  oidc_public_key_files: "oidc-public-key-file",
  provider_ca_files: "provider-ca-file",
  redis_cluster_connection_urls: "redis-cluster-connection-urls",
  redis_sentinel_connection_urls: "redis-sentinel-connection-urls",
  skip_auth_regex: "skip-auth-regex",
  skip_auth_routes: "skip-auth-route",
  tls_cipher_suites: "tls-cipher-suite",
  trusted_ips: "trusted-ip",
  trusted_proxy_ips: "trusted-proxy-ip",
  upstreams: "upstream",
  whitelist_domains: "whitelist-domain",
};

export const lists: ReadonlySet<string> = new Set(Object.keys(flagsOfLists));

const namesOfFlags = new Map(Object.entries(flagsOfLists).map(([name, flag]) => [flag, name]));

/** The setting that a flag is for: `--email-domain` and `--email_domain` for `email_domains`. */
export function nameOfFlag(flag: string): string {
  const dashed = flag.toLowerCase().replaceAll("_", "-");
  return namesOfFlags.get(dashed) ?? dashed.replaceAll("-", "_");
}

/** The flag of a setting, without dashes before it. */
export function flagOf(name: string): string {
  return flagsOfLists[name] ?? name.replaceAll("_", "-");
}

/** Only variables with this prefix are settings (`SetEnvPrefix` in pkg/apis/options/load.go). */
export const variablePrefix = "OAUTH2_PROXY_";

/** The setting that an environment variable is for; nothing where it is for something else, or in small letters. */
export function nameOfVariable(variable: string): string | undefined {
  if (!variable.startsWith(variablePrefix) || variable !== variable.toUpperCase()) return undefined;
  const name = variable.slice(variablePrefix.length).toLowerCase();
  // The deprecated spelling, which is still read.
  return name === "google_group" ? "google_groups" : name;
}

/** Settings whose text is a secret. */
export const secretNames: ReadonlySet<string> = new Set([
  "basic_auth_password",
  "client_secret",
  "cookie_secret",
  "github_token",
  "jwt_key",
  "redis_password",
  "redis_sentinel_password",
  "signature_key",
]);
