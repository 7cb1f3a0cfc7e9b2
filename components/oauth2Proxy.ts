import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type OAuth2ProxyConfig } from "../documents/oauth2-proxy/schema";
import { signInPage } from "../documents/oauth2-proxy/signInPage";
import { writeOAuth2ProxyConfig } from "../documents/oauth2-proxy/writer";
import { imageOf } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { authorityVersion, type CertificateAuthority } from "./certificateAuthority";
import { HardenedWorkload } from "./hardenedWorkload";
import { partOf } from "./labels";
import { peoplesConnectors } from "./machineClientRules";
import { onlyFromGateway } from "./onlyFromGateway";
import { caSecret, dex, type Hosts, internalDexUrl, isAddress, issuerOf, oauth2Proxy, publicHosts } from "./topology";

/** `__Secure-` has browsers refuse the cookie without `Secure` (RFC 6265bis, section 4.1.3); `__Host-` would forbid a domain. */
export const sessionCookie = "__Secure-gatehouse";

/** The secret between oauth2-proxy and Dex, made here and known to both. */
export function clientSecret(
  name: string,
  rotation: number,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new random.RandomPassword(`${name}-${rotation}`, { length: 48, special: false }, opts).result;
}

export interface OAuth2ProxyArgs {
  settings: Settings;
  hosts: Hosts;
  /** The namespace, known once it exists. */
  namespace: pulumi.Input<string>;
  certificateAuthority: CertificateAuthority;
  clientSecret: pulumi.Output<string>;
  /** The mesh and Dex's address: pods need their sidecars, policies their CRDs. */
  dependsOn: pulumi.Resource[];
}

/** The browser's session: a cookie in, an ID token for the gateway out. */
export class OAuth2Proxy extends pulumi.ComponentResource {
  readonly workload: HardenedWorkload;

  constructor(name: string, args: OAuth2ProxyArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:OAuth2Proxy", name, {}, opts);
    const { settings, hosts, namespace, certificateAuthority, clientSecret: secretOfClient, dependsOn } = args;
    const { cookieSecret: cookieRotation, clientSecret: clientRotation } = settings.rotation;
    const child = { parent: this };

    // 32 bytes for AES-256, in the URL-safe alphabet: oauth2-proxy takes the other one for 44 raw bytes and stops.
    const cookieSecret = new random.RandomBytes(`${name}-cookie-${cookieRotation}`, { length: 32 }, child);
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { name: oauth2Proxy.name, namespace, labels: partOf },
        stringData: {
          [files.cookieSecret]: cookieSecret.base64.apply((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
          [files.clientSecret]: secretOfClient,
        },
      },
      child,
    );
    const authority = certificateAuthority.distribute(`${name}-ca`, { namespace, key: files.authority }, child);
    const config = oauth2ProxyConfig(settings, hosts);
    const page = signInPage(hosts.gate);
    const configMap = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { name: oauth2Proxy.name, namespace, labels: partOf },
        data: { [files.config]: writeOAuth2ProxyConfig(config), "sign_in.html": page },
      },
      child,
    );
    const access = onlyFromGateway(
      name,
      { workload: oauth2Proxy.name, namespace: oauth2Proxy.namespace, port: oauth2Proxy.ports.http },
      { ...child, dependsOn },
    );
    this.workload = new HardenedWorkload(
      name,
      {
        workload: oauth2Proxy.name,
        namespace: oauth2Proxy.namespace,
        image: imageOf("oauth2-proxy", settings.mirror.images),
        args: [`--config=${directories.config}/${files.config}`],
        replicas: settings.replicas,
        ports: {
          http: { port: oauth2Proxy.ports.http, service: { appProtocol: "http" } },
          telemetry: { port: oauth2Proxy.ports.telemetry },
        },
        probes: {
          ready: { path: "/ready", port: oauth2Proxy.ports.http },
          live: { path: "/ping", port: oauth2Proxy.ports.http },
        },
        metrics: { port: oauth2Proxy.ports.telemetry, path: "/metrics" },
        files: {
          [directories.config]: { configMap: oauth2Proxy.name },
          [directories.secrets]: { secret: oauth2Proxy.name },
          [directories.authority]: { secret: caSecret },
        },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        restartOn: [config, page, cookieRotation, clientRotation, authorityVersion(settings)],
      },
      { ...child, dependsOn: [...dependsOn, access, secret, authority, configMap] },
    );
    this.registerOutputs({});
  }
}

const files = {
  config: "oauth2-proxy.toml",
  cookieSecret: "cookie-secret",
  clientSecret: "client-secret",
  authority: "ca.crt",
} as const;

const directories = {
  config: "/etc/oauth2-proxy",
  secrets: "/etc/oauth2-proxy-secrets",
  authority: "/etc/gatehouse-ca",
} as const;

function oauth2ProxyConfig(settings: Settings, hosts: Hosts): OAuth2ProxyConfig {
  const { domain, identity, sessions, echo } = settings;
  return {
    provider: "oidc",
    provider_display_name: "Kubeflow",
    client_id: dex.clientId,
    client_secret_file: `${directories.secrets}/${files.clientSecret}`,
    code_challenge_method: "S256",
    scope: "openid email profile groups offline_access",
    approval_prompt: "auto",

    oidc_issuer_url: issuerOf(hosts),
    skip_oidc_discovery: true,
    login_url: loginUrl(settings, hosts),
    redeem_url: `${internalDexUrl}/token`,
    oidc_jwks_url: `${internalDexUrl}/keys`,
    redirect_url: `https://${hosts.gate}/oauth2/callback`,
    provider_ca_files: [`${directories.authority}/${files.authority}`],
    use_system_trust_store: false,
    oidc_email_claim: "email",
    oidc_groups_claim: "groups",
    insecure_oidc_skip_nonce: false,
    oidc_enabled_signing_algs: ["RS256"],

    // With groups to check, the provider's groups decide and the domain doesn't matter.
    email_domains: identity.emailDomains.length > 0 ? identity.emailDomains : ["*"],
    ...(identity.allowedGroups.length > 0 ? { allowed_groups: identity.allowedGroups } : {}),
    whitelist_domains: publicHosts(echo.enabled, hosts),

    cookie_name: sessionCookie,
    cookie_secret_file: `${directories.secrets}/${files.cookieSecret}`,
    // Without a domain the cookie is for its host alone, and an address has nothing below it.
    cookie_domains: isAddress(domain) ? [] : [sessions.cookieDomain ?? domain],
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

    http_address: `0.0.0.0:${oauth2Proxy.ports.http}`,
    metrics_address: `0.0.0.0:${oauth2Proxy.ports.telemetry}`,
    upstreams: ["static://200"],
    set_authorization_header: true,
    reverse_proxy: false,
    skip_provider_button: false,
    // These answer 401 whatever the client accepts; everything that accepts JSON does anyway.
    api_routes: ["/api/", "/apis/", "/[a-z0-9-]+/apis?/", "/ml_metadata"].map(
      (path) => `^${oauth2Proxy.checkPrefix}${path}`,
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

/** Dex's choice of connectors. Where it would show machines' beside the only one of people, it is left out. */
function loginUrl(settings: Settings, hosts: Hosts): string {
  const [only, ...others] = peoplesConnectors(settings);
  const straight = settings.machines.connectors.length > 0 && only !== undefined && others.length === 0;
  return `${issuerOf(hosts)}/auth${straight ? `/${only}` : ""}`;
}
