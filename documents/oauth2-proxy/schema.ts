/**
 * The part of oauth2-proxy's configuration file that the platform writes (TOML, "legacy" format of v7). Names are
 * oauth2-proxy's own: https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview
 */
export type OAuth2ProxyConfig = Common & Endpoints & Trust & SessionStore;

/** Endpoints one by one: the browser's through the gate, the others at Dex's internal TLS address. Or by discovery. */
export type Endpoints =
  | { skip_oidc_discovery: true; login_url: string; redeem_url: string; oidc_jwks_url: string }
  | {
      skip_oidc_discovery: false;
      /** The gateway knows the ID token's claims and no others, so nothing is decided on others here. */
      skip_claims_from_profile_url: true;
    };

/** The named CAs and nothing else (`GetCertPool` in pkg/util/util.go), or the system's. */
export type Trust = { provider_ca_files: string[]; use_system_trust_store: false } | { use_system_trust_store: true };

/** The password is an environment variable, `OAUTH2_PROXY_REDIS_PASSWORD`; without a type sessions are cookies. */
export type SessionStore =
  | Record<never, never>
  | {
      session_store_type: "redis";
      /** `rediss://` alone has the client speak TLS and compare the host with the certificate. */
      redis_connection_url: `rediss://${string}`;
      redis_username: string;
      /** Trusted besides the system's CAs (`setupTLSConfig` in pkg/sessions/redis/redis_store.go). */
      redis_ca_path?: string;
    };

interface Common {
  provider: "oidc";
  provider_display_name: string;
  client_id: string;
  client_secret_file: string;
  code_challenge_method: "S256";
  scope: string;
  /** The default, `force`, has Dex ask for approval at every sign-in although its client needs none; others ignore it. */
  approval_prompt: "auto";

  oidc_issuer_url: string;
  redirect_url: string;
  oidc_email_claim: string;
  oidc_groups_claim: string;
  /** oauth2-proxy's default is `true`, which accepts a replayed ID token (OpenID Connect Core 1.0, section 3.1.3.7). */
  insecure_oidc_skip_nonce: false;
  oidc_enabled_signing_algs: string[];
  /** Asked by oauth2-proxy itself at sign-out, so that no browser sees the ID token in it. */
  backend_logout_url?: string;

  email_domains: string[];
  allowed_groups?: string[];
  whitelist_domains: string[];

  cookie_name: string;
  cookie_secret_file: string;
  cookie_domains: string[];
  cookie_path: "/";
  cookie_secure: true;
  cookie_httponly: true;
  cookie_samesite: "lax";
  cookie_expire: string;
  cookie_refresh: string;
  cookie_csrf_per_request: true;
  cookie_csrf_per_request_limit: number;
  cookie_csrf_expire: string;

  http_address: string;
  metrics_address: string;
  upstreams: string[];
  /** The gateway asks for a decision and gets the ID token as `Authorization`; nothing is proxied here. */
  set_authorization_header: true;
  /** `X-Forwarded-*` decides nothing here, so there is nothing to forge (CVE-2026-40575, CVE-2026-76835). */
  reverse_proxy: false;
  skip_provider_button: false;
  api_routes: string[];
  bearer_token_login_fallback: false;

  custom_templates_dir: string;
  request_logging: boolean;
  silence_ping_logging: true;
  /** Details of an error go to the log and not to the browser. */
  show_debug_on_error: false;
  /** No footer: the default tells everybody the version. */
  footer: "-";
}
