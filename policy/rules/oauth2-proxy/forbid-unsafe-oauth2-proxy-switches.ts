import { asSwitch, mentions, type Setting, shown, spelled } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, weakness } from "../identitySources";
import { verificationSwitch } from "../tls/verificationSwitch";
import { type Look, proxyRule, scopesOf, seen, wrong } from "./proxyRule";

/** Words that a switch begins with which turns a protection off. */
const tellsOfDanger =
  /(^|_)(insecure|unsafe|skip|disable|disabled|allow|bypass|ignore|no|without|dangerously|trust)(_|$)/;

/** Names with such a word that turn no protection off, or that another rule looks at. */
const harmless = new Set([
  "disable_keep_alives",
  "insecure_oidc_allow_unverified_email",
  "insecure_oidc_skip_nonce",
  "insecure_skip_header_normalization",
  "skip_auth_preflight",
  "skip_auth_regex",
  "skip_auth_routes",
  "skip_auth_strip_headers",
  "skip_claims_from_profile_url",
  // Bearer tokens are verified instead, by the issuers of `extra_jwt_issuers`.
  "skip_jwt_bearer_tokens",
  "skip_oidc_discovery",
  "skip_provider_button",
  // A parameter of ADFS' login.
  "skip_scope",
  "use_system_trust_store",
]);

/**
 * A switch that nobody thought of: oauth2-proxy grows them with every release, and calls them by what they are. One that
 * is known and safe is named above.
 */
export const forbidUnsafeOAuth2ProxySwitches = proxyRule(
  {
    name: "forbid-unsafe-oauth2-proxy-switches",
    title: "No other switch turns a protection off",
    why:
      "A setting whose name begins with insecure, skip, allow or the like turns a protection off. oauth2-proxy has more of " +
      "them in each release, so what isn't known to be harmless isn't passed.",
    mend: "Remove the setting, or write false; exempt it with a reason where the installation needs it.",
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      1188,
      "Initialization of a Resource with an Insecure Default",
      oauth2ProxyDocs("the settings of the current release, allow_query_semicolons among them"),
    ),
    settings: [],
  },
  (proxy) =>
    scopesOf(proxy).flatMap((layers) => namesOf(proxy).flatMap((name) => mentions(layers, name).flatMap(unsafe))),
);

function namesOf(proxy: Parameters<Look>[0]): string[] {
  const all = scopesOf(proxy).flatMap((layers) => layers.flatMap(({ settings }) => settings.map(({ name }) => name)));
  return [...new Set(all)].filter(
    (name) => tellsOfDanger.test(name) && !harmless.has(name) && verificationSwitch(name) === undefined,
  );
}

function unsafe(setting: Setting) {
  const visible = seen(setting);
  if (!visible || asSwitch(visible.value) === false) return [];
  const { value } = visible;
  if (Array.isArray(value) && value.length === 0) return [];
  const mend = `Remove it, or write ${spelled(setting.name, "false", setting.origin)}`;
  return [wrong(setting, `= ${shown(value)} turns a protection off that nobody looked at here. ${mend}.`)];
}
