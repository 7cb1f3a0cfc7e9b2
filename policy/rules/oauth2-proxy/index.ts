import { type Rule, type StackRule } from "../../rule";
import { forbidAuthBypassRoutes } from "./forbid-auth-bypass-routes";
import { forbidDebugErrors } from "./forbid-debug-errors";
import { forbidHeaderSmuggling } from "./forbid-header-smuggling";
import { forbidHealthCheckBypass } from "./forbid-health-check-bypass";
import { forbidOAuth2ProxyInlineSecrets } from "./forbid-oauth2-proxy-inline-secrets";
import { forbidOAuth2ProxyPasswords } from "./forbid-oauth2-proxy-passwords";
import { forbidPlainListeners } from "./forbid-plain-listeners";
import { forbidTokensToUpstreams } from "./forbid-tokens-to-upstreams";
import { forbidUnsafeOAuth2ProxySwitches } from "./forbid-unsafe-oauth2-proxy-switches";
import { forbidUnverifiedEmail } from "./forbid-unverified-email";
import { requireCookiePrefix } from "./require-cookie-prefix";
import { requireExactRedirectDomains } from "./require-exact-redirect-domains";
import { requireHttpsIdentityEndpoints } from "./require-https-identity-endpoints";
import { requireLoginRestriction } from "./require-login-restriction";
import { requireOidcNonce } from "./require-oidc-nonce";
import { requirePkce } from "./require-pkce";
import { requireRedisTls } from "./require-redis-tls";
import { requireSameSiteCookies } from "./require-same-site-cookies";
import { requireSecureCookies } from "./require-secure-cookies";
import { requireStrongCookieSecret } from "./require-strong-cookie-secret";
import { requireTrustedProxies } from "./require-trusted-proxies";
import { requireVisibleOAuth2ProxySettings } from "./require-visible-oauth2-proxy-settings";

/** A proxy's settings stand in several objects, so no rule can judge one object by itself. */
export const rules: readonly Rule[] = [];

/** In the order of the reference page. */
export const stackRules: readonly StackRule[] = [
  requireVisibleOAuth2ProxySettings,
  requireTrustedProxies,
  forbidAuthBypassRoutes,
  forbidHealthCheckBypass,
  forbidHeaderSmuggling,
  requireExactRedirectDomains,
  requireHttpsIdentityEndpoints,
  requireOidcNonce,
  forbidUnverifiedEmail,
  requirePkce,
  forbidOAuth2ProxyInlineSecrets,
  requireStrongCookieSecret,
  requireSecureCookies,
  requireSameSiteCookies,
  requireCookiePrefix,
  requireLoginRestriction,
  forbidTokensToUpstreams,
  forbidOAuth2ProxyPasswords,
  requireRedisTls,
  forbidPlainListeners,
  forbidDebugErrors,
  forbidUnsafeOAuth2ProxySwitches,
];
