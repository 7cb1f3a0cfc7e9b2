import { isMap, join } from "../../manifest";
import { type Member } from "../../rule";
import { type Setting } from "./setting";

/** What an alpha configuration sets: for everything, and for each of its providers. */
export interface AlphaSettings {
  readonly core: readonly Setting[];
  readonly providers: readonly (readonly Setting[])[];
}

/** Keys that another name stands for in the configuration file, in lower case: mapstructure reads them in any. */
const names: Readonly<Record<string, string>> = {
  "provider.clientid": "client_id",
  "oidcconfig.issuerurl": "oidc_issuer_url",
  "oidcconfig.jwksurl": "oidc_jwks_url",
  "oidcconfig.skipdiscovery": "skip_oidc_discovery",
  "oidcconfig.insecureskipnonce": "insecure_oidc_skip_nonce",
  "oidcconfig.insecureskipissuerverification": "insecure_oidc_skip_issuer_verification",
  "oidcconfig.insecureallowunverifiedemail": "insecure_oidc_allow_unverified_email",
  "server.bindaddress": "http_address",
  "cert.fromenv": "tls_cert_file",
  "cert.fromfile": "tls_cert_file",
  "cert.value": "tls_cert_file",
  "provider.loginurl": "login_url",
  "provider.redeemurl": "redeem_url",
  "provider.profileurl": "profile_url",
  "provider.validateurl": "validate_url",
  "provider.backendlogouturl": "backend_logout_url",
  "provider.clientsecret": "client_secret",
  "provider.codechallengemethod": "code_challenge_method",
  "provider.allowedgroups": "allowed_groups",
  "githubconfig.org": "github_org",
  "githubconfig.team": "github_team",
  "githubconfig.repo": "github_repo",
  "githubconfig.token": "github_token",
  "githubconfig.users": "github_users",
  "gitlabconfig.group": "gitlab_groups",
  "gitlabconfig.projects": "gitlab_projects",
  "googleconfig.groups": "google_groups",
  "keycloakconfig.groups": "keycloak_groups",
  "keycloakconfig.roles": "allowed_roles",
  "bitbucketconfig.team": "bitbucket_team",
  "bitbucketconfig.repository": "bitbucket_repository",
  "microsoftentraidconfig.allowedtenants": "entra_id_allowed_tenants",
  "logingovconfig.jwtkey": "jwt_key",
  "logingovconfig.pubjwkurl": "pubjwk_url",
  "upstream.uri": "upstreams",
  "upstream.insecureskiptlsverify": "ssl_upstream_insecure_skip_verify",
};

/** Takes an alpha configuration apart. `root` is where its keys begin, for example `data["proxy.yaml"]: `. */
export function alphaSettings(
  about: Member,
  root: string,
  document: Record<string, unknown>,
  inTheOpen: boolean,
): AlphaSettings {
  const entry = (name: string, field: string, value: unknown): Setting => ({
    name,
    origin: "alpha file",
    about,
    field,
    inTheOpen,
    read: () => value,
  });
  /** Every key of a map; a key without a name of its own becomes one by its spelling. */
  const keysOf = (section: string, field: string, map: Record<string, unknown>): Setting[] =>
    Object.entries(map).flatMap(([key, value]) => {
      const place = join(field, key);
      const lowered = key.toLowerCase();
      if (isMap(value)) return keysOf(lowered, place, value);
      return [entry(names[`${section}.${lowered.replaceAll("_", "")}`] ?? snake(key), place, value)];
    });
  const core: Setting[] = [];
  const providers: Setting[][] = [];
  for (const [key, value] of Object.entries(document)) {
    const section = key.toLowerCase();
    const place = join(root, key);
    if (section === "providers") {
      providers.push(...items(place, value).map(([field, provider]) => keysOf("provider", field, provider)));
    } else if (section === "upstreamconfig") {
      const upstreams = isMap(value) ? value : {};
      for (const [name, list] of Object.entries(upstreams)) {
        if (name.toLowerCase() !== "upstreams") core.push(entry(snake(name), join(place, name), list));
        else core.push(...items(join(place, name), list).flatMap(([field, one]) => upstreamSettings(field, one)));
      }
    } else if (/^inject(request|response)headers$/.test(section)) {
      const passes = section === "injectrequestheaders";
      core.push(...items(place, value).flatMap(([field, header]) => headerSettings(field, header, passes)));
    } else if (isMap(value)) {
      const own =
        section === "server" ? /^(http_address|tls_cert_file|insecure|skip|disable)/ : /^(insecure|skip|disable)/;
      core.push(...keysOf(section, place, value).filter(({ name }) => own.test(name)));
    } else {
      core.push(entry(snake(key), place, value));
    }
  }
  return { core, providers };

  function upstreamSettings(field: string, upstream: Record<string, unknown>): Setting[] {
    const isStatic = Object.entries(upstream).some(([key, value]) => key.toLowerCase() === "static" && value === true);
    return [
      ...keysOf("upstream", field, upstream),
      ...(isStatic ? [entry("upstreams", join(field, "static"), "static://200")] : []),
    ];
  }

  /** What a header hands to the upstream, by the name of the switch that does the same in the configuration file. */
  function headerSettings(field: string, header: Record<string, unknown>, passes: boolean): Setting[] {
    return Object.entries(header).flatMap(([key, value]) => {
      const place = join(field, key);
      const lowered = key.toLowerCase();
      // In answers oauth2-proxy reads no such switch.
      if (lowered === "name" || (lowered === "preserverequestvalue" && !passes)) return [];
      if (lowered !== "values") return [entry(snake(key), place, value)];
      return items(place, value).flatMap(([at, source]) =>
        leaves(at, source).flatMap(([leaf, path, text]) => {
          if (leaf === "claim" && passes && text === "access_token") return [entry("pass_access_token", path, true)];
          if (leaf === "claim" && passes && text === "id_token")
            return [entry("pass_authorization_header", path, true)];
          return leaf === "value" ? [entry("basic_auth_password", path, text)] : [];
        }),
      );
    });
  }
}

function items(field: string, list: unknown): [string, Record<string, unknown>][] {
  if (!Array.isArray(list)) return [];
  return (list as unknown[])
    .flatMap((item, index) => (isMap(item) ? [[join(field, index), item] as const] : []))
    .map(([at, item]): [string, Record<string, unknown>] => [at, item]);
}

function leaves(field: string, map: Record<string, unknown>): [leaf: string, path: string, value: unknown][] {
  return Object.entries(map).flatMap(([key, value]): [string, string, unknown][] =>
    isMap(value) ? leaves(join(field, key), value) : [[key.toLowerCase(), join(field, key), value]],
  );
}

/** `insecureSkipTLSVerify` as `insecure_skip_tls_verify`. */
function snake(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])(?=[A-Z][a-z])/g, "$1_")
    .toLowerCase();
}
