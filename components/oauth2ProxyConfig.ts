import {
  type Endpoints,
  type OAuth2ProxyConfig,
  type SessionStore,
  type Trust,
} from "../documents/oauth2-proxy/schema";
import { type SessionStorage, type Settings } from "../stacks/schema";
import { type IdentityProvider } from "./identityProvider";
import { type SignIn } from "./signIns";

/** `__Secure-` has browsers refuse the cookie without `Secure` (RFC 6265bis, section 4.1.3); `__Host-` would forbid a domain. */
export const sessionCookie = "__Secure-gatehouse";

export const files = {
  config: "oauth2-proxy.toml",
  cookieSecret: "cookie-secret",
  clientSecret: "client-secret",
  authority: "ca.crt",
  provider: "provider.pem",
  redis: "redis.pem",
} as const;

export const directories = {
  config: "/etc/oauth2-proxy",
  secrets: "/etc/oauth2-proxy-secrets",
  /** The private CA of the platform. */
  authority: "/etc/gatehouse-ca",
  /** CAs that the settings give. */
  authorities: "/etc/oauth2-proxy-authorities",
  /** A client secret that is in the cluster already. */
  client: "/etc/oauth2-proxy-client",
} as const;

/** CAs that the settings give, by the file that oauth2-proxy reads them from. */
export function givenAuthorities({ sessions }: Settings, { authority }: IdentityProvider): Record<string, string> {
  const { storage } = sessions;
  return {
    ...(authority.type === "given" ? { [files.provider]: authority.certificate } : {}),
    ...(storage.type === "redis" && storage.ca.type === "given" ? { [files.redis]: storage.ca.certificate } : {}),
  };
}

export function oauth2ProxyConfig(
  { identity, sessions }: Settings,
  { proxy, host, clientId, cookieDomains, returnsTo }: SignIn,
  provider: IdentityProvider,
  clientSecretFile: string,
): OAuth2ProxyConfig {
  return {
    provider: "oidc",
    provider_display_name: "Kubeflow",
    client_id: clientId,
    client_secret_file: clientSecretFile,
    code_challenge_method: "S256",
    scope: provider.scopes.join(" "),
    approval_prompt: "auto",

    oidc_issuer_url: provider.issuer,
    ...endpointsOf(provider),
    redirect_url: `https://${host}/oauth2/callback`,
    ...trustOf(provider),
    oidc_email_claim: provider.userClaim,
    oidc_groups_claim: provider.groupsClaim,
    insecure_oidc_skip_nonce: false,
    oidc_enabled_signing_algs: [...provider.signingAlgorithms],
    ...(provider.backendLogoutUrl === undefined ? {} : { backend_logout_url: provider.backendLogoutUrl }),

    // With groups to check, the provider's groups decide and the domain doesn't matter.
    email_domains: identity.emailDomains.length > 0 ? identity.emailDomains : ["*"],
    ...(identity.allowedGroups.length > 0 ? { allowed_groups: identity.allowedGroups } : {}),
    whitelist_domains: returnsTo,

    cookie_name: sessionCookie,
    cookie_secret_file: `${directories.secrets}/${files.cookieSecret}`,
    cookie_domains: cookieDomains,
    cookie_path: "/",
    cookie_secure: true,
    cookie_httponly: true,
    cookie_samesite: "lax",
    cookie_expire: sessions.lifetime,
    cookie_refresh: sessions.refresh,
    // Two tabs may sign in at once; a background page that starts a hundred flows may not fill the header.
    cookie_csrf_per_request: true,
    cookie_csrf_per_request_limit: 5,
    cookie_csrf_expire: "15m",
    ...sessionStore(sessions.storage),

    http_address: `0.0.0.0:${proxy.ports.http}`,
    metrics_address: `0.0.0.0:${proxy.ports.telemetry}`,
    upstreams: ["static://200"],
    set_authorization_header: true,
    reverse_proxy: false,
    skip_provider_button: false,
    // These answer 401 whatever the client accepts; everything that accepts JSON does anyway.
    api_routes: ["/api/", "/apis/", "/[a-z0-9-]+/apis?/", "/ml_metadata", ...proxy.apiRoutes].map(
      (path) => `^${proxy.checkPrefix}${path}`,
    ),
    bearer_token_login_fallback: false,

    custom_templates_dir: directories.config,
    // One line for each check would be one for each request of each user; the gateway's access log has them.
    request_logging: false,
    silence_ping_logging: true,
    show_debug_on_error: false,
    footer: "-",
  };
}

function endpointsOf({ endpoints }: IdentityProvider): Endpoints {
  return endpoints === "discovered"
    ? { skip_oidc_discovery: false, skip_claims_from_profile_url: true }
    : {
        skip_oidc_discovery: true,
        login_url: endpoints.login,
        redeem_url: endpoints.token,
        oidc_jwks_url: endpoints.keys,
      };
}

function trustOf({ authority }: IdentityProvider): Trust {
  switch (authority.type) {
    case "private":
      return { provider_ca_files: [`${directories.authority}/${files.authority}`], use_system_trust_store: false };
    case "given":
      return { provider_ca_files: [`${directories.authorities}/${files.provider}`], use_system_trust_store: false };
    case "system":
      return { use_system_trust_store: true };
  }
}

function sessionStore(storage: SessionStorage): SessionStore {
  return storage.type === "cookie"
    ? {}
    : {
        session_store_type: "redis",
        redis_connection_url: `rediss://${storage.host}:${storage.port}/0`,
        redis_username: storage.username,
        ...(storage.ca.type === "given" ? { redis_ca_path: `${directories.authorities}/${files.redis}` } : {}),
      };
}
