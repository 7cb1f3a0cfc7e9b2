import { readToml } from "../toml";
import { UnreadableText } from "../unreadable";
import { readYaml } from "../yaml";
import { lists, switches } from "./settingNames";

/**
 * Names that only oauth2-proxy's configuration file has. Two of them in one text say what the text is, whatever the key
 * is called that it lies under.
 */
const tellingNames =
  /^[ \t]*["']?(authenticated_emails_file|bearer_token_login_fallback|code_challenge_method|cookie_(?:csrf_\w+|domains?|expire|httponly|name|refresh|samesite|secret(?:_file)?|secure)|email_domains?|extra_jwt_issuers|gcp_healthchecks|htpasswd_file|insecure_oidc_\w+|oidc_(?:issuer|jwks)_url|pass_(?:access_token|authorization_header|host_header|user_headers)|ping_user_agent|provider_ca_files?|redeem_url|set_(?:authorization_header|xauthrequest)|skip_(?:auth_\w+|jwt_bearer_tokens|oidc_discovery|provider_button)|ssl_\w*insecure_skip_verify|trusted_(?:proxy_)?ips?|upstreams|whitelist_domains?)["']?[ \t]*=/gim;

/** Sections of the structured ("alpha") configuration that no other format has. */
const tellingSections = /^[ \t{]*["']?(?:injectRequestHeaders|injectResponseHeaders|upstreamConfig)["']?[ \t]*:/im;

/** Its list of providers, with a key that only they have. */
const providers = /^[ \t{]*["']?providers["']?[ \t]*:/im;
const tellingKeys =
  /["'\s,{-](?:clientSecretFile|loginURLParameters|oidcConfig|(?:adfs|azure|bitbucket|github|gitlab|google|keycloak|loginGov|microsoftEntraID)Config|code_challenge_method|backendLogoutURL|redeemURL|profileURL)["']?[ \t]*:/i;

function isNamedAfterIt(name: string): boolean {
  return /oauth2[-_]?proxy/i.test(name.split(/[^\w.-]/).at(-1) ?? "");
}

/**
 * Whether a text is meant for oauth2-proxy's `--config`: TOML of `name = value` lines. `owner` is the name of the object
 * that holds it, where there is one.
 */
export function claimsToBeConfig(name: string, text: string, owner = ""): boolean {
  if (isNamedAfterIt(name) && /\.(cfg|conf|config|toml)$/i.test(name)) return true;
  // It has no sections, as Grafana's and Airflow's have, whose cookies have settings of the same name.
  if (text.startsWith("#!") || /^[ \t]*\[[\w."' -]+\][ \t]*$/m.test(text)) return false;
  const names = new Set(Array.from(text.matchAll(tellingNames), (match) => match[1]?.toLowerCase() ?? ""));
  if (names.size < 2) return false;
  if ([...names].some((one) => !one.startsWith("cookie_"))) return true;
  return /oauth2[-_]?proxy/i.test(`${owner} ${name}`) || hasNothingElse(text);
}

/** The beginnings of oauth2-proxy's other texts, beside its switches and lists (pkg/apis/options of v7.15). */
const otherNames =
  /^(acr|allowed|api|approval|auth|azure|backend|banner$|basic|bitbucket|client|code_challenge|cookie|custom|errors|exclude|extra|flush|footer$|github|gitlab|google|htpasswd|https?_address$|insecure_oidc|jwt_key|keycloak|logging|login_url$|metrics|oidc|pass|ping|profile_url$|prompt$|provider|proxy_prefix$|pubjwk_url$|ready_path$|real_client_ip_header$|redeem_url$|redirect_url$|redis|request|resource$|scope$|session|signature_key$|skip|ssl|standard_logging|templates$|tls|trusted|upstream|user_id_claim$|validate_url$|whitelist)/;

/**
 * Whether a text whose telling names are all about cookies, which other programs' are called by as well, is TOML with
 * settings of oauth2-proxy alone.
 */
function hasNothingElse(text: string): boolean {
  try {
    const names = Object.keys(readToml(text)).map((name) => name.toLowerCase());
    return names.every((name) => switches.has(name) || lists.has(name) || otherNames.test(name));
  } catch (error) {
    if (error instanceof UnreadableText) return false;
    throw error;
  }
}

/** Whether a text is meant for oauth2-proxy's `--alpha-config`: YAML. */
export function claimsToBeAlphaConfig(name: string, text: string): boolean {
  if (isNamedAfterIt(name) && /\.ya?ml$/i.test(name)) return true;
  return tellingSections.test(text) || (providers.test(text) && tellingKeys.test(text));
}

/** Reads `--config`. Names are lower-cased, because oauth2-proxy reads them without regard to case. */
export function readConfig(text: string): Record<string, unknown> {
  const format = "oauth2-proxy's configuration (TOML)";
  const config: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(readAs(format, () => readToml(text)))) {
    const lowered = name.toLowerCase();
    // Which of the two counts is up to the order of a Go map.
    if (Object.hasOwn(config, lowered)) throw new UnreadableText(format, "a name stands twice, in different case");
    Object.defineProperty(config, lowered, { value, enumerable: true });
  }
  return config;
}

/**
 * Reads `--alpha-config`. oauth2-proxy puts environment variables (`${NAME}`) into the text first; here they stay as
 * they stand, and whoever needs a value must not take one for it.
 */
export function readAlphaConfig(text: string): Record<string, unknown> {
  const format = "oauth2-proxy's alpha configuration (YAML)";
  const [document, ...rest] = readAs(format, () => readYaml(text));
  if (rest.length > 0) throw new UnreadableText(format, "more than one document");
  if (document === null || document === undefined) return {};
  if (typeof document !== "object" || Array.isArray(document)) throw new UnreadableText(format, "not a map");
  return document as Record<string, unknown>;
}

function readAs<T>(format: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    throw new UnreadableText(format, error.reason, error.line, error.column);
  }
}
