import * as dex from "../rules/dex/fixtures";
import * as proxy from "../rules/oauth2-proxy/fixtures";
import { configMap, oauth2ProxyToml, secret } from "../rules/tls/fixtures";
import { type Evidence, evidence } from "./evidence";

const ofDex = (changes: Readonly<Record<string, unknown>>): Evidence => ({
  passes: [dex.configured()],
  fails: [dex.configured(changes)],
});
const ofProxy = (changes: Readonly<Record<string, unknown>>): Evidence => ({
  passes: [proxy.configured(), proxy.workload()],
  fails: [proxy.configured(changes), proxy.workload()],
});

/** oauth2-proxy, Dex, certificate verification and secrets. */
export const identity: Readonly<Record<string, Evidence>> = {
  "forbid-skip-verify": evidence(configMap({ "oauth2_proxy.cfg": oauth2ProxyToml }), {
    "data.oauth2_proxy~cfg": "ssl_insecure_skip_verify = true\n",
  }),
  // The placeholder of oauth2-proxy's chart.
  "forbid-published-secrets": evidence(secret({ stringData: { "cookie-secret": "0123456789abcdef" } }), {
    "stringData.cookie-secret": "X".repeat(16),
  }),
  "forbid-default-credentials": evidence(secret({ stringData: { DB_PASSWORD: "c2VjcmV0IGtleSBvZiBvdXIgb3du" } }), {
    "stringData.DB_PASSWORD": "admin",
  }),

  "forbid-auth-bypass-routes": ofProxy({ skip_auth_routes: ["^/"] }),
  "forbid-debug-errors": ofProxy({ show_debug_on_error: true }),
  "forbid-header-smuggling": ofProxy({ skip_auth_strip_headers: false }),
  "forbid-health-check-bypass": ofProxy({ gcp_healthchecks: true }),
  "forbid-oauth2-proxy-inline-secrets": ofProxy({ client_secret: "correct horse" }),
  "forbid-oauth2-proxy-passwords": ofProxy({ htpasswd_file: "/etc/proxy/users" }),
  "forbid-plain-listeners": ofProxy({
    https_address: "0.0.0.0:4443",
    tls_cert_file: "/tls/tls.crt",
    tls_key_file: "/tls/tls.key",
    http_address: "0.0.0.0:4180",
  }),
  "forbid-tokens-to-upstreams": ofProxy({ pass_access_token: true, upstreams: ["http://app:8080"] }),
  "forbid-unsafe-oauth2-proxy-switches": ofProxy({ allow_query_semicolons: true }),
  "forbid-unverified-email": ofProxy({ insecure_oidc_allow_unverified_email: true }),
  "require-cookie-prefix": ofProxy({ cookie_name: undefined }),
  "require-exact-redirect-domains": ofProxy({ whitelist_domains: ["*"] }),
  "require-https-identity-endpoints": ofProxy({ redeem_url: "http://dex.example.com/token" }),
  "require-login-restriction": ofProxy({ email_domains: ["*"] }),
  "require-oidc-nonce": ofProxy({ insecure_oidc_skip_nonce: undefined }),
  "require-pkce": ofProxy({ code_challenge_method: undefined }),
  "require-redis-tls": ofProxy({ redis_connection_url: "redis://redis:6379" }),
  "require-same-site-cookies": ofProxy({ cookie_samesite: undefined }),
  "require-secure-cookies": ofProxy({ cookie_secure: false }),
  "require-strong-cookie-secret": ofProxy({ cookie_secret: "abababababababab" }),
  "require-trusted-proxies": ofProxy({ reverse_proxy: true }),
  "require-visible-oauth2-proxy-settings": {
    passes: [proxy.configured(), proxy.workload()],
    fails: [proxy.workload({ envFrom: [{ configMapRef: { name: "elsewhere" } }] })],
  },

  "require-visible-dex-configuration": {
    passes: [dex.configured(), dex.workload()],
    fails: [dex.workload()],
  },
  "forbid-dex-inline-secrets": ofDex({ "connectors[0].config.clientSecret": "correct horse" }),
  "forbid-dex-insecure-switches": ofDex({ "connectors[0].config.disablePKCE": true }),
  "forbid-dex-mock-connectors": ofDex({ "connectors[0].type": "mockCallback" }),
  "forbid-dex-out-of-band-clients": ofDex({ "staticClients[0].public": true, "staticClients[0].redirectURIs": [] }),
  "forbid-dex-static-passwords": ofDex({ enablePasswordDB: true }),
  "forbid-open-dex-api": ofDex({ "grpc.addr": "0.0.0.0:5557" }),
  "limit-dex-grant-types": ofDex({ "oauth2.grantTypes": undefined }),
  "limit-dex-log-level": ofDex({ "logger.level": "debug" }),
  "limit-dex-origins": ofDex({ "web.allowedOrigins": ["*"] }),
  "limit-dex-refresh-tokens": ofDex({ expiry: undefined }),
  "require-dex-code-flow": ofDex({ "oauth2.responseTypes": ["code", "token"] }),
  "require-dex-exact-redirects": ofDex({ "staticClients[0].redirectURIs": ["*"] }),
  "require-dex-https": ofDex({ issuer: "http://dex.auth:5556/dex" }),
  "require-dex-storage": ofDex({ "storage.type": "memory" }),
  "require-dex-tls-version": ofDex({ "web.tlsMinVersion": "1.0" }),
};
