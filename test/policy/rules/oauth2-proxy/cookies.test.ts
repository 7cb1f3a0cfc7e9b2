import assert from "node:assert/strict";
import { forbidOAuth2ProxyInlineSecrets } from "../../../../policy/rules/oauth2-proxy/forbid-oauth2-proxy-inline-secrets";
import { requireCookiePrefix } from "../../../../policy/rules/oauth2-proxy/require-cookie-prefix";
import { requireRedisTls } from "../../../../policy/rules/oauth2-proxy/require-redis-tls";
import { requireSameSiteCookies } from "../../../../policy/rules/oauth2-proxy/require-same-site-cookies";
import { requireSecureCookies } from "../../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { requireStrongCookieSecret } from "../../../../policy/rules/oauth2-proxy/require-strong-cookie-secret";
import { together } from "../../support";
import { at, complaints, configured, place, workload } from "./fixtures";

describe("require-secure-cookies", () => {
  for (const [name, effect] of [
    ["cookie_secure", "sends the session over plain HTTP"],
    ["cookie_httponly", "shows the session to every script on the page"],
  ] as const) {
    it(`rejects ${name} = false`, () => {
      assert.deepEqual(complaints(requireSecureCookies, { [name]: false }), [
        `${at(name)} = false ${effect}. Write ${name} = true, or remove it.`,
      ]);
    });

    it(`rejects ${name} with a value that is no boolean`, () => {
      assert.deepEqual(complaints(requireSecureCookies, { [name]: "sometimes" }), [
        `${at(name)} = "sometimes" is neither true nor false. Write ${name} = true.`,
      ]);
    });
  }
});

describe("require-same-site-cookies", () => {
  const rule = requireSameSiteCookies;

  it("rejects a configuration without it", () => {
    assert.deepEqual(complaints(rule, { cookie_samesite: undefined }), [
      `${place}: cookie_samesite isn't set, and oauth2-proxy then writes none. Write cookie_samesite = "lax".`,
    ]);
  });

  for (const value of ["none", "", "Lax"]) {
    it(`rejects ${JSON.stringify(value)}`, () => {
      assert.deepEqual(complaints(rule, { cookie_samesite: value }), [
        `${at("cookie_samesite")} = "${value}" is neither lax nor strict. Write cookie_samesite = "lax".`,
      ]);
    });
  }

  it("rejects none for the cookie of a sign-in under way", () => {
    assert.deepEqual(complaints(rule, { cookie_csrf_samesite: "none" }), [
      `${at("cookie_csrf_samesite")} = "none" is neither lax nor strict. Remove it.`,
    ]);
  });

  it("lets strict pass", () => {
    assert.deepEqual(complaints(rule, { cookie_samesite: "strict", cookie_csrf_samesite: "lax" }), []);
  });
});

describe("require-cookie-prefix", () => {
  const rule = requireCookiePrefix;
  const mend = "Begin it with __Host-, or with __Secure- where hosts share the session.";

  it("lets __Host- pass without domains", () => {
    const changes = { cookie_name: "__Host-gate", cookie_domains: [], cookie_path: "/" };
    assert.deepEqual(complaints(rule, changes), []);
  });

  it("rejects __Host- with a domain, which browsers refuse", () => {
    assert.deepEqual(complaints(rule, { cookie_name: "__Host-gate" }), [
      `${at("cookie_domains")} is set, and browsers refuse a cookie named "__Host-gate" with a domain. ` +
        "Remove it, or name the cookie __Secure-….",
    ]);
  });

  it("rejects __Host- with another path", () => {
    const changes = { cookie_name: "__Host-gate", cookie_domains: undefined, cookie_path: "/app" };
    assert.deepEqual(complaints(rule, changes), [
      `${at("cookie_path")} = "/app", and browsers refuse a cookie named "__Host-gate" with another path than /. Remove it.`,
    ]);
  });

  it("rejects a name that every host can set", () => {
    assert.deepEqual(complaints(rule, { cookie_name: "oauth2_proxy_kubeflow" }), [
      `${at("cookie_name")} = "oauth2_proxy_kubeflow" is a name that every host below the domain can set. ${mend}`,
    ]);
  });

  it("rejects the default name", () => {
    assert.deepEqual(complaints(rule, { cookie_name: undefined }), [
      `${place}: cookie_name isn't set, and _oauth2_proxy is a name that every host below the domain can set. ${mend}`,
    ]);
  });

  it("rejects a domain that is everybody's", () => {
    assert.deepEqual(complaints(rule, { cookie_domains: [".com"] }), [
      `${at("cookie_domains")} = ".com" is no domain of one's own. Name the host, for example kubeflow.example.com.`,
    ]);
  });
});

describe("require-strong-cookie-secret", () => {
  const rule = requireStrongCookieSecret;
  const mend = "Use 32 random bytes: openssl rand -base64 32 | tr -- '+/' '-_'.";

  for (const secret of [
    "0123456789abcdef",
    "0123456789abcdef01234567",
    "0123456789abcdef0123456789abcdef",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "AAECAwQFBgcICQoLDA0ODw",
  ]) {
    it(`lets a key of ${secret.length} letters pass`, () => {
      assert.deepEqual(complaints(rule, { cookie_secret: secret }), []);
    });
  }

  it("rejects a key of another length", () => {
    assert.deepEqual(complaints(rule, { cookie_secret: "not-a-key-of-aes" + "x" }), [
      `${at("cookie_secret")} is a text of 17 bytes, and an AES key has 16, 24 or 32. ${mend}`,
    ]);
  });

  it("rejects base64 of the other alphabet, which oauth2-proxy takes for 44 bytes", () => {
    assert.deepEqual(complaints(rule, { cookie_secret: "+/ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }), [
      `${at("cookie_secret")} is a text of 44 bytes, and an AES key has 16, 24 or 32. ${mend}`,
    ]);
  });

  it("rejects a key that somebody typed", () => {
    assert.deepEqual(complaints(rule, { cookie_secret: "abababababababab" }), [
      `${at("cookie_secret")} is no random key: its bytes repeat. ${mend}`,
    ]);
  });

  it("looks into the Secret that a variable comes from", () => {
    const env = [{ name: "OAUTH2_PROXY_COOKIE_SECRET", valueFrom: { secretKeyRef: { name: "keys", key: "cookie" } } }];
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "keys", namespace: "auth" },
      data: { cookie: Buffer.from("short").toString("base64") },
    };
    assert.deepEqual(together(rule, [configured(), workload({ env }), secret]), [
      [2, `data.cookie (OAUTH2_PROXY_COOKIE_SECRET) is a text of 5 bytes, and an AES key has 16, 24 or 32. ${mend}`],
    ]);
  });
});

describe("forbid-oauth2-proxy-inline-secrets", () => {
  const rule = forbidOAuth2ProxyInlineSecrets;

  for (const [name, file] of [
    ["client_secret", "name its file in client_secret_file, or "],
    ["cookie_secret", "name its file in cookie_secret_file, or "],
    ["redis_password", ""],
    ["basic_auth_password", ""],
    ["signature_key", ""],
  ] as const) {
    it(`rejects ${name} in a ConfigMap, and doesn't repeat it`, () => {
      assert.deepEqual(complaints(rule, { [name]: "correct horse" }), [
        `${at(name)} holds a secret that everybody can read. ` +
          `Put it into a Secret, and ${file}take OAUTH2_PROXY_${name.toUpperCase()} from there with valueFrom.secretKeyRef.`,
      ]);
    });
  }

  it("rejects it among the arguments", () => {
    const args = ["--config=/etc/proxy/oauth2_proxy.cfg", "--client-secret", "correct horse"];
    assert.deepEqual(together(rule, [configured(), workload({ args })]), [
      [
        1,
        "spec.template.spec.containers[0].args[1] (--client-secret) holds a secret that everybody can read. " +
          "Put it into a Secret, and name its file in client_secret_file, or take OAUTH2_PROXY_CLIENT_SECRET from there " +
          "with valueFrom.secretKeyRef.",
      ],
    ]);
  });

  it("rejects it in a variable", () => {
    const env = [{ name: "OAUTH2_PROXY_COOKIE_SECRET", value: "0123456789abcdef" }];
    assert.equal(together(rule, [configured(), workload({ env })]).length, 1);
  });

  it("lets a variable of a Secret pass, named in an argument too", () => {
    const env = [{ name: "SECRET", valueFrom: { secretKeyRef: { name: "keys", key: "client" } } }];
    const args = ["--config=/etc/proxy/oauth2_proxy.cfg", "--client-secret=$(SECRET)"];
    assert.deepEqual(together(rule, [configured(), workload({ env, args })]), []);
  });

  it("lets a configuration pass that lies in a Secret", () => {
    const { data, ...rest } = configured({ client_secret: "correct horse" });
    assert.deepEqual(together(rule, [{ ...rest, kind: "Secret", stringData: data }]), []);
  });

  it("rejects a password in a URL", () => {
    assert.deepEqual(complaints(rule, { redis_connection_url: "rediss://user:word@redis:6379" }), [
      `${at("redis_connection_url")} holds a password that everybody can read. ` +
        "Leave it out of the URL, and take OAUTH2_PROXY_REDIS_PASSWORD from a Secret.",
    ]);
  });

  it("lets a URL pass without one", () => {
    assert.deepEqual(complaints(rule, { redis_connection_url: "rediss://redis:6379" }), []);
  });
});

describe("require-redis-tls", () => {
  for (const name of ["redis_connection_url", "redis_cluster_connection_urls", "redis_sentinel_connection_urls"]) {
    it(`rejects a plain ${name}`, () => {
      assert.deepEqual(complaints(requireRedisTls, { [name]: ["redis://redis:6379"] }), [
        `${at(name)} is no rediss:// URL, so sessions travel in the open. Write rediss://, and name a private CA in redis_ca_path.`,
      ]);
    });
  }

  it("lets rediss:// pass", () => {
    assert.deepEqual(complaints(requireRedisTls, { redis_connection_url: "rediss://redis:6379/0" }), []);
  });
});
