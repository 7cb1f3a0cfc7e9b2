import { strict as assert } from "node:assert";
import { parse } from "smol-toml";
import { lock } from "../../stacks/lock";
import { type Workload } from "../program/pods";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, settingsOf, type Tree } from "../stacks/fixture";

const filesOf = (recording: Recording) =>
  recording.object<{ data: Record<string, string> }>("ConfigMap", "oauth2-proxy", "auth").data;
const configOf = (recording: Recording) => parse(filesOf(recording)["oauth2-proxy.toml"] ?? "");
const podOf = (recording: Recording) =>
  recording.object<Workload>("Deployment", "oauth2-proxy", "auth").spec.template.spec;

describe("oauth2-proxy", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("goes straight to people's only connector where Dex would show machines' beside it", async () => {
    const machines = {
      connectors: [{ id: "jobs", issuer: "https://ci.example.com" }],
      clients: [{ id: "ci", connectors: ["jobs"], users: ["a"] }],
    };
    const loginUrl = async (settings: Tree) => configOf(await recordPlatform(settingsOf(settings))).login_url;
    assert.equal(await loginUrl(production()), "https://kubeflow.example.com/dex/auth");
    assert.equal(await loginUrl({ ...production(), machines }), "https://kubeflow.example.com/dex/auth/company");
  });

  it("is configured like this when everything is on", () => {
    assert.deepEqual(
      { ...configOf(recording) },
      {
        provider: "oidc",
        provider_display_name: "Kubeflow",
        client_id: "oauth2-proxy",
        client_secret_file: "/etc/oauth2-proxy-secrets/client-secret",
        code_challenge_method: "S256",
        scope: "openid email profile groups offline_access",
        approval_prompt: "auto",
        oidc_issuer_url: "https://kubeflow.example.com/dex",
        skip_oidc_discovery: true,
        login_url: "https://kubeflow.example.com/dex/auth",
        redeem_url: "https://gatehouse-internal.ingress.svc.cluster.local:8444/dex/token",
        oidc_jwks_url: "https://gatehouse-internal.ingress.svc.cluster.local:8444/dex/keys",
        redirect_url: "https://kubeflow.example.com/oauth2/callback",
        provider_ca_files: ["/etc/gatehouse-ca/ca.crt"],
        use_system_trust_store: false,
        oidc_email_claim: "email",
        oidc_groups_claim: "groups",
        insecure_oidc_skip_nonce: false,
        oidc_enabled_signing_algs: ["RS256"],
        email_domains: ["example.com"],
        allowed_groups: ["ml-engineers"],
        whitelist_domains: ["kubeflow.example.com", "echo.kubeflow.example.com"],
        cookie_name: "__Secure-gatehouse",
        cookie_secret_file: "/etc/oauth2-proxy-secrets/cookie-secret",
        cookie_domains: ["kubeflow.example.com"],
        cookie_path: "/",
        cookie_secure: true,
        cookie_httponly: true,
        cookie_samesite: "lax",
        cookie_expire: "12h",
        cookie_refresh: "45m",
        cookie_csrf_per_request: true,
        cookie_csrf_per_request_limit: 5,
        cookie_csrf_expire: "15m",
        http_address: "0.0.0.0:4180",
        metrics_address: "0.0.0.0:44180",
        upstreams: ["static://200"],
        set_authorization_header: true,
        reverse_proxy: false,
        skip_provider_button: false,
        api_routes: ["^/check/api/", "^/check/apis/", "^/check/[a-z0-9-]+/apis?/", "^/check/ml_metadata"],
        bearer_token_login_fallback: false,
        custom_templates_dir: "/etc/oauth2-proxy",
        request_logging: false,
        silence_ping_logging: true,
        show_debug_on_error: false,
        footer: "-",
      },
    );
  });

  it("knows no setting that would turn a check off", () => {
    const config = configOf(recording);
    for (const [key, value] of Object.entries(config)) {
      assert(
        !/skip_verify|skip_auth|skip_jwt|trusted_ip|ping_user_agent|gcp_healthchecks|allow_unverified/.test(key),
        key,
      );
      assert(!/insecure/.test(key) || value === false, key);
    }
    assert(Object.values(config).every((value) => typeof value !== "string" || !value.startsWith("http://")));
  });

  it("lets every provider's user of the groups in where no e-mail domain is named", async () => {
    const groupsOnly = changed(changed(production(), "identity.emailDomains", []), "identity.allowedGroups", ["a"]);
    const config = configOf(await recordPlatform(settingsOf(groupsOnly)));
    assert.deepEqual([config.email_domains, config.allowed_groups], [["*"], ["a"]]);
  });

  it("asks for no group where none is named, and for no echo where there is none", async () => {
    const config = configOf(await recordPlatform(settingsOf(production())));
    assert(!("allowed_groups" in config));
    assert.deepEqual(config.email_domains, ["example.com"]);
    assert.deepEqual(config.whitelist_domains, ["kubeflow.example.com"]);
  });

  it("finds every file that its configuration names", () => {
    const { containers, volumes = [] } = podOf(recording);
    const [container] = containers;
    const secretKeys: Record<string, string[]> = Object.fromEntries(
      recording
        .all<{ stringData: object }>("Secret", "auth")
        .map(({ metadata, stringData }) => [metadata.name, Object.keys(stringData)]),
    );
    const mounted = (container?.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
      const volume = volumes.find((one) => one.name === name) as
        { secret?: { secretName: string }; configMap?: { name: string } } | undefined;
      const keys = volume?.secret ? (secretKeys[volume.secret.secretName] ?? []) : Object.keys(filesOf(recording));
      return keys.map((key) => `${mountPath}/${key}`);
    });
    const config = configOf(recording);
    const named = [
      config.client_secret_file,
      config.cookie_secret_file,
      ...(config.provider_ca_files as string[]),
      `${config.custom_templates_dir as string}/sign_in.html`,
      container?.args?.[0]?.replace("--config=", ""),
    ] as string[];
    assert.deepEqual(
      named.filter((file) => !mounted.includes(file)),
      [],
    );
    assert.deepEqual(mounted.sort(), named.sort(), "and nothing else is mounted");
  });

  it("shows a page that begins at the gate's host, whatever host it is shown on", () => {
    const page = filesOf(recording)["sign_in.html"] ?? "";
    assert(page.startsWith('{{define "sign_in.html"}}') && page.trimEnd().endsWith("{{end}}"));
    assert(page.includes('action="https://kubeflow.example.com{{.ProxyPrefix}}/start"'));
    assert(page.includes('name="rd" value="{{.Redirect}}"'));
    assert(!page.includes("GATE_HOST"));
    assert.doesNotMatch(page, /<script|src=|href=/, "the page takes nothing from elsewhere");
  });

  it("runs with its configuration and without an environment", () => {
    const [container] = podOf(recording).containers;
    assert.equal(container?.image, lock.images["oauth2-proxy"]);
    assert.deepEqual(container?.args, ["--config=/etc/oauth2-proxy/oauth2-proxy.toml"]);
    assert.deepEqual([container?.command, container?.env], [undefined, undefined]);
  });

  it("is ready by its own word, and offers only its port for the gateway", () => {
    const [container] = podOf(recording).containers;
    assert.deepEqual(container?.readinessProbe?.httpGet, { path: "/ready", port: 4180 });
    assert.deepEqual(container?.livenessProbe?.httpGet, { path: "/ping", port: 4180 });
    const { spec } = recording.object<{ spec: { ports: object[] } }>("Service", "oauth2-proxy", "auth");
    assert.deepEqual(spec.ports, [
      { name: "http", port: 4180, targetPort: "http", protocol: "TCP", appProtocol: "http" },
    ]);
  });
});
