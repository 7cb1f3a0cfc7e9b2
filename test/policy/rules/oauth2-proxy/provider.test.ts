import assert from "node:assert/strict";
import { forbidDebugErrors } from "../../../../policy/rules/oauth2-proxy/forbid-debug-errors";
import { forbidOAuth2ProxyPasswords } from "../../../../policy/rules/oauth2-proxy/forbid-oauth2-proxy-passwords";
import { forbidTokensToUpstreams } from "../../../../policy/rules/oauth2-proxy/forbid-tokens-to-upstreams";
import { forbidUnverifiedEmail } from "../../../../policy/rules/oauth2-proxy/forbid-unverified-email";
import { requireExactRedirectDomains } from "../../../../policy/rules/oauth2-proxy/require-exact-redirect-domains";
import { requireHttpsIdentityEndpoints } from "../../../../policy/rules/oauth2-proxy/require-https-identity-endpoints";
import { requireLoginRestriction } from "../../../../policy/rules/oauth2-proxy/require-login-restriction";
import { requireOidcNonce } from "../../../../policy/rules/oauth2-proxy/require-oidc-nonce";
import { requirePkce } from "../../../../policy/rules/oauth2-proxy/require-pkce";
import { together } from "../../support";
import { at, complaints, place } from "./fixtures";

/** A ConfigMap with an alpha configuration of one provider. */
const alpha = (provider: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  data: { "oauth2_proxy.yml": JSON.stringify({ providers: [{ provider: "oidc", ...provider }] }) },
});

describe("require-exact-redirect-domains", () => {
  const rule = requireExactRedirectDomains;

  for (const domain of ["kubeflow.example.com", "kubeflow.example.com:8443", "10.1.2.3", "a-b.example.com"]) {
    it(`lets ${domain} pass`, () => {
      assert.deepEqual(complaints(rule, { whitelist_domains: [domain] }), []);
    });
  }

  for (const domain of [
    "*",
    ".example.com",
    "*.example.com",
    "kubeflow.example.com:*",
    "com",
    "a*.example.com",
    ":8443",
  ]) {
    it(`rejects ${domain}, which is no single host`, () => {
      assert.deepEqual(complaints(rule, { whitelist_domains: [domain] }), [
        `${at("whitelist_domains")} allows "${domain}", which is no single host. Name each host, for example kubeflow.example.com.`,
      ]);
    });
  }
});

describe("require-https-identity-endpoints", () => {
  const rule = requireHttpsIdentityEndpoints;
  const mend = "is no https:// URL. Write https://, and name a private CA in provider_ca_files.";

  for (const name of [
    "oidc_issuer_url",
    "oidc_jwks_url",
    "redeem_url",
    "login_url",
    "profile_url",
    "validate_url",
    "backend_logout_url",
    "redirect_url",
  ]) {
    it(`rejects an http ${name}`, () => {
      assert.deepEqual(complaints(rule, { [name]: "http://dex.auth:5556/dex" }), [
        `${at(name)} = "http://dex.auth:5556/dex" ${mend}`,
      ]);
    });
  }

  it("rejects an http issuer of bearer tokens", () => {
    const issuers = ["https://a.example.com=kubeflow", "http://b.example.com=kubeflow"];
    assert.deepEqual(complaints(rule, { extra_jwt_issuers: issuers }), [
      `${at("extra_jwt_issuers")} = "http://b.example.com=kubeflow" ${mend}`,
    ]);
  });

  it("lets a path pass where the browser is on the host already", () => {
    assert.deepEqual(complaints(rule, { login_url: "/dex/auth", redirect_url: "/oauth2/callback" }), []);
  });

  for (const url of ["//evil.example.com/auth", "/\\evil.example.com", "javascript:alert(1)"]) {
    it(`rejects ${url} as such a path`, () => {
      assert.equal(complaints(rule, { login_url: url }).length, 1);
    });
  }

  it("rejects a path where oauth2-proxy itself asks", () => {
    assert.deepEqual(complaints(rule, { redeem_url: "/dex/token" }), [`${at("redeem_url")} = "/dex/token" ${mend}`]);
  });

  it("doesn't repeat a password in a URL", () => {
    const [message = ""] = complaints(rule, { redeem_url: "http://user:word@dex.example.com" });
    assert.ok(!message.includes("word@"), message);
  });

  it("rejects an http issuer in an alpha configuration", () => {
    assert.deepEqual(together(rule, [alpha({ oidcConfig: { issuerURL: "http://dex.example.com" } })]), [
      [0, `data["oauth2_proxy.yml"]: providers[0].oidcConfig.issuerURL = "http://dex.example.com" ${mend}`],
    ]);
  });
});

describe("require-oidc-nonce", () => {
  const rule = requireOidcNonce;

  it("rejects a configuration that doesn't name it, because the default is true", () => {
    assert.deepEqual(complaints(rule, { insecure_oidc_skip_nonce: undefined }), [
      `${place}: insecure_oidc_skip_nonce isn't set and is true by default, which takes ID tokens of other sign-ins. ` +
        "Write insecure_oidc_skip_nonce = false (insecureSkipNonce: false in an alpha configuration).",
    ]);
  });

  for (const value of [true, "true", "maybe"]) {
    it(`rejects ${JSON.stringify(value)}`, () => {
      const [message = "", ...rest] = complaints(rule, { insecure_oidc_skip_nonce: value });
      assert.deepEqual(rest, []);
      assert.ok(message.startsWith(`${at("insecure_oidc_skip_nonce")} = ${JSON.stringify(value)} `), message);
      assert.ok(message.endsWith("Write insecure_oidc_skip_nonce = false."), message);
    });
  }

  it("asks for it in each provider of an alpha configuration", () => {
    const text = JSON.stringify({
      providers: [
        { provider: "oidc", oidcConfig: { insecureSkipNonce: false } },
        { provider: "keycloak-oidc", oidcConfig: { insecureskipnonce: true } },
      ],
    });
    const manifest = { apiVersion: "v1", kind: "ConfigMap", data: { "oauth2_proxy.yml": text } };
    assert.deepEqual(together(rule, [manifest]), [
      [
        0,
        'data["oauth2_proxy.yml"]: providers[1].oidcConfig.insecureskipnonce = true takes ID tokens of other sign-ins. ' +
          "Write false.",
      ],
    ]);
  });

  it("doesn't ask for it where the provider has no ID token", () => {
    assert.deepEqual(complaints(rule, { provider: "github", insecure_oidc_skip_nonce: undefined }), []);
  });
});

describe("require-pkce", () => {
  const rule = requirePkce;

  it("rejects a configuration without it", () => {
    assert.deepEqual(complaints(rule, { code_challenge_method: undefined }), [
      `${place}: code_challenge_method isn't set, so sign-ins go without PKCE. Write code_challenge_method = "S256".`,
    ]);
  });

  it("rejects plain", () => {
    assert.deepEqual(complaints(rule, { code_challenge_method: "plain" }), [
      `${at("code_challenge_method")} = "plain" protects no code. Write code_challenge_method = "S256".`,
    ]);
  });

  it("lets an alpha configuration pass that has it", () => {
    assert.deepEqual(together(rule, [alpha({ code_challenge_method: "S256" })]), []);
  });
});

describe("forbid-unverified-email", () => {
  it("rejects the switch", () => {
    assert.deepEqual(complaints(forbidUnverifiedEmail, { insecure_oidc_allow_unverified_email: true }), [
      `${at("insecure_oidc_allow_unverified_email")} = true signs people in with addresses that nobody verified. ` +
        "Write insecure_oidc_allow_unverified_email = false, or remove it.",
    ]);
  });

  it("rejects it in an alpha configuration", () => {
    const manifest = alpha({ oidcConfig: { insecureAllowUnverifiedEmail: true } });
    assert.equal(together(forbidUnverifiedEmail, [manifest]).length, 1);
  });
});

describe("require-login-restriction", () => {
  const rule = requireLoginRestriction;
  const mend = "and no group says who. Name domains, for example example.com, or groups in allowed_groups.";

  for (const domain of ["*", "*.*", "com", ".com"]) {
    it(`rejects ${domain} without groups`, () => {
      assert.deepEqual(complaints(rule, { email_domains: [domain] }), [
        `${at("email_domains")} lets "${domain}" sign in, ${mend}`,
      ]);
    });
  }

  for (const [name, value, provider] of [
    ["allowed_groups", ["ml-engineers"], "oidc"],
    ["github_org", "example", "github"],
    ["authenticated_emails_file", "/etc/emails", "oidc"],
    ["keycloak_groups", ["/ml"], "keycloak"],
    ["google_groups", ["ml@example.com"], undefined],
  ] as const) {
    it(`lets everybody's domain pass with ${name}`, () => {
      assert.deepEqual(complaints(rule, { email_domains: ["*"], provider, [name]: value }), []);
    });
  }

  it("takes what another provider looks at for nothing", () => {
    assert.equal(complaints(rule, { email_domains: ["*"], github_org: "example" }).length, 1);
  });

  it("takes empty groups for none", () => {
    assert.equal(complaints(rule, { email_domains: ["*"], allowed_groups: [] }).length, 1);
  });

  it("lets a domain with everything below it pass", () => {
    assert.deepEqual(complaints(rule, { email_domains: [".example.com", "*.example.org"] }), []);
  });
});

describe("forbid-tokens-to-upstreams", () => {
  const rule = forbidTokensToUpstreams;

  it("rejects a token for an application", () => {
    assert.deepEqual(complaints(rule, { upstreams: ["http://app:8080"], pass_access_token: true }), [
      `${at("pass_access_token")} = true hands people's access tokens to the upstream. ` +
        "Write pass_access_token = false, or remove it.",
    ]);
  });

  it("rejects an ID token for an application", () => {
    const changes = { upstreams: ["static://200", "http://app:8080"], pass_authorization_header: true };
    assert.equal(complaints(rule, changes).length, 1);
  });

  it("lets it pass where there is no application behind", () => {
    assert.deepEqual(complaints(rule, { pass_access_token: true, pass_authorization_header: true }), []);
  });

  it("rejects a header of an alpha configuration with the token", () => {
    const text = JSON.stringify({
      injectRequestHeaders: [{ name: "Authorization", values: [{ claimSource: { claim: "id_token" } }] }],
      upstreamConfig: { upstreams: [{ id: "app", path: "/", uri: "http://app:8080" }] },
    });
    const manifest = { apiVersion: "v1", kind: "ConfigMap", data: { "oauth2_proxy.yml": text } };
    const [[, message = ""] = []] = together(rule, [manifest]);
    assert.ok(
      message.startsWith('data["oauth2_proxy.yml"]: injectRequestHeaders[0].values[0].claimSource.claim = true'),
    );
  });
});

describe("forbid-oauth2-proxy-passwords", () => {
  it("rejects a file of passwords", () => {
    assert.deepEqual(complaints(forbidOAuth2ProxyPasswords, { htpasswd_file: "/etc/htpasswd" }), [
      `${at("htpasswd_file")} signs people in with passwords of oauth2-proxy's own. Remove it, and use the identity provider.`,
    ]);
  });
});

describe("forbid-debug-errors", () => {
  it("rejects the switch", () => {
    assert.deepEqual(complaints(forbidDebugErrors, { show_debug_on_error: true }), [
      `${at("show_debug_on_error")} = true shows errors of the identity provider to everybody. ` +
        "Write show_debug_on_error = false, or remove it.",
    ]);
  });
});
