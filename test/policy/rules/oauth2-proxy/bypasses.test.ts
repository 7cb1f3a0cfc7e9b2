import assert from "node:assert/strict";
import { forbidAuthBypassRoutes } from "../../../../policy/rules/oauth2-proxy/forbid-auth-bypass-routes";
import { forbidHeaderSmuggling } from "../../../../policy/rules/oauth2-proxy/forbid-header-smuggling";
import { forbidHealthCheckBypass } from "../../../../policy/rules/oauth2-proxy/forbid-health-check-bypass";
import { forbidUnsafeOAuth2ProxySwitches } from "../../../../policy/rules/oauth2-proxy/forbid-unsafe-oauth2-proxy-switches";
import { requireTrustedProxies } from "../../../../policy/rules/oauth2-proxy/require-trusted-proxies";
import { together } from "../../support";
import { at, complaints } from "./fixtures";

describe("require-trusted-proxies", () => {
  const rule = requireTrustedProxies;
  const narrow = "Name the gateway's own addresses, none wider than /8 (IPv4) or /16 (IPv6).";

  it("lets a proxy pass that believes no forwarded header", () => {
    assert.deepEqual(complaints(rule, { reverse_proxy: false }), []);
  });

  it("rejects reverse_proxy without trusted proxies", () => {
    assert.deepEqual(complaints(rule, { reverse_proxy: true }), [
      `${at("reverse_proxy")} = true believes X-Forwarded-Uri of every client, because trusted_proxy_ips names nobody. ` +
        "Write reverse_proxy = false, or name the gateway's addresses in trusted_proxy_ips.",
    ]);
  });

  it("takes an empty list for none", () => {
    assert.equal(complaints(rule, { reverse_proxy: true, trusted_proxy_ips: [] }).length, 1);
  });

  it("lets named addresses pass", () => {
    const trusted = ["10.1.2.3", "10.0.0.0/8", "fd12:3456::/32", "::1"];
    assert.deepEqual(complaints(rule, { reverse_proxy: true, trusted_proxy_ips: trusted }), []);
  });

  for (const address of ["0.0.0.0/0", "::/0", "0.0.0.0/1", "2000::/3", "*", "gateway.example.com", "10.0.0.0/64"]) {
    it(`rejects ${address}, which is no set of proxies`, () => {
      assert.deepEqual(complaints(rule, { reverse_proxy: true, trusted_proxy_ips: [address] }), [
        `${at("trusted_proxy_ips")} names "${address}", which is no set of proxies. ${narrow}`,
      ]);
    });
  }

  it("rejects a value that is no boolean", () => {
    assert.deepEqual(complaints(rule, { reverse_proxy: "${BEHIND_PROXY}" }), [
      `${at("reverse_proxy")} = "\${BEHIND_PROXY}" is neither true nor false. Write reverse_proxy = false.`,
    ]);
  });
});

describe("forbid-auth-bypass-routes", () => {
  const rule = forbidAuthBypassRoutes;
  const mend = "Remove it; a public path is left out of the gateway's AuthorizationPolicy.";

  for (const [name, value] of [
    ["skip_auth_routes", "^/dex/"],
    ["skip_auth_routes", "GET=.*"],
    ["skip_auth_routes", "!=^/private"],
    ["skip_auth_regex", "^/public$"],
    ["trusted_ips", "10.0.0.1"],
  ] as const) {
    it(`rejects ${name} with ${value}`, () => {
      assert.deepEqual(complaints(rule, { [name]: [value] }), [
        `${at(name)} lets "${value}" pass without a sign-in. ${mend}`,
      ]);
    });
  }

  it("names each route", () => {
    assert.equal(complaints(rule, { skip_auth_routes: ["^/a$", "^/b$"] }).length, 2);
  });

  it("lets empty lists pass", () => {
    assert.deepEqual(complaints(rule, { skip_auth_routes: [], skip_auth_regex: [], trusted_ips: [] }), []);
  });

  it("rejects skip_auth_preflight", () => {
    assert.deepEqual(complaints(rule, { skip_auth_preflight: true }), [
      `${at("skip_auth_preflight")} = true lets every OPTIONS request pass without a sign-in. ` +
        "Write skip_auth_preflight = false, or remove it.",
    ]);
  });
});

describe("forbid-health-check-bypass", () => {
  const rule = forbidHealthCheckBypass;

  it("rejects a User-Agent that passes", () => {
    assert.deepEqual(complaints(rule, { ping_user_agent: "kube-probe/1.30" }), [
      `${at("ping_user_agent")} = "kube-probe/1.30" lets everybody pass who sends that User-Agent. Remove it, and probe /ping.`,
    ]);
  });

  it("lets an empty one pass, which is none", () => {
    assert.deepEqual(complaints(rule, { ping_user_agent: "" }), []);
  });

  it("rejects gcp_healthchecks", () => {
    assert.deepEqual(complaints(rule, { gcp_healthchecks: true }), [
      `${at("gcp_healthchecks")} = true lets everybody pass who sends Google's User-Agent. ` +
        "Write gcp_healthchecks = false, or remove it.",
    ]);
  });
});

describe("forbid-header-smuggling", () => {
  const rule = forbidHeaderSmuggling;

  it("rejects skip_auth_strip_headers = false", () => {
    assert.deepEqual(complaints(rule, { skip_auth_strip_headers: false }), [
      `${at("skip_auth_strip_headers")} = false passes a client's own identity headers on. ` +
        "Write skip_auth_strip_headers = true, or remove it.",
    ]);
  });

  it("rejects a header of an alpha configuration that isn't normalised", () => {
    const text = "injectRequestHeaders:\n- name: X-User\n  InsecureSkipHeaderNormalization: true\n";
    const manifest = { apiVersion: "v1", kind: "ConfigMap", data: { "oauth2_proxy.yml": text } };
    assert.deepEqual(together(rule, [manifest]), [
      [
        0,
        'data["oauth2_proxy.yml"]: injectRequestHeaders[0].InsecureSkipHeaderNormalization = true lets a client send the ' +
          "header with underscores. Write false, or remove it.",
      ],
    ]);
  });
});

describe("an alpha configuration", () => {
  const headers = (list: readonly object[], where = "injectRequestHeaders") =>
    together(forbidHeaderSmuggling, [
      { apiVersion: "v1", kind: "ConfigMap", data: { "oauth2_proxy.yml": JSON.stringify({ [where]: list }) } },
    ]).map(([, message]) => message);

  it("is judged for each of its headers", () => {
    const [first, second] = [{ name: "A", InsecureSkipHeaderNormalization: true }, { name: "B" }];
    assert.equal(headers([first, { ...second, InsecureSkipHeaderNormalization: false }]).length, 1);
  });

  it("must not pass on what a client says in a header", () => {
    assert.deepEqual(headers([{ name: "X-Forwarded-User", preserveRequestValue: true }]), [
      'data["oauth2_proxy.yml"]: injectRequestHeaders[0].preserveRequestValue = true passes a client\'s own header on. ' +
        "Write false, or remove it.",
    ]);
    assert.deepEqual(headers([{ name: "X-User", preserveRequestValue: true }], "injectResponseHeaders"), []);
  });
});

describe("forbid-unsafe-oauth2-proxy-switches", () => {
  const rule = forbidUnsafeOAuth2ProxySwitches;

  for (const name of [
    "allow_query_semicolons",
    "insecure_new_thing",
    "skip_all_checks",
    "disable_csrf",
    "new_skip_check",
  ]) {
    it(`rejects ${name}, which nobody listed`, () => {
      assert.deepEqual(complaints(rule, { [name]: true }), [
        `${at(name)} = true turns a protection off that nobody looked at here. Remove it, or write ${name} = false.`,
      ]);
    });
  }

  it("lets it pass when it is off", () => {
    assert.deepEqual(complaints(rule, { insecure_new_thing: false, disable_thing: "false", skip_things: [] }), []);
  });

  for (const name of ["skip_provider_button", "skip_oidc_discovery", "skip_jwt_bearer_tokens", "disable_keep_alives"]) {
    it(`lets ${name} pass, which turns no protection off`, () => {
      assert.deepEqual(complaints(rule, { [name]: true }), []);
    });
  }

  it("leaves certificates to forbid-skip-verify", () => {
    assert.deepEqual(complaints(rule, { ssl_insecure_skip_verify: true, redis_insecure_skip_tls_verify: true }), []);
  });
});
