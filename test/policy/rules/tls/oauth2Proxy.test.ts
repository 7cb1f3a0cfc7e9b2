import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { messages } from "../../support";
import { configMap, mend, neither, oauth2ProxyToml, secret, turnsOff } from "./fixtures";

function configMapOf(name: string, text: string): Manifest {
  return configMap({ [name]: text });
}

describe("forbid-skip-verify in oauth2-proxy's configuration", () => {
  const field = 'data["oauth2_proxy.cfg"]: ssl_insecure_skip_verify';

  it("lets a configuration pass that verifies", () => {
    assert.deepEqual(messages(rule, configMapOf("oauth2_proxy.cfg", oauth2ProxyToml)), []);
  });

  it("rejects ssl_insecure_skip_verify = true", () => {
    const manifest = configMapOf("oauth2_proxy.cfg", oauth2ProxyToml.replace("verify = false", "verify = true"));
    assert.deepEqual(messages(rule, manifest), [turnsOff(field, " in provider_ca_files")]);
  });

  it("rejects it in another case, which oauth2-proxy takes too", () => {
    const manifest = configMapOf(
      "oauth2_proxy.cfg",
      oauth2ProxyToml.replace("ssl_insecure_skip_verify = f", "SSL_Insecure_Skip_Verify = f"),
    );
    assert.deepEqual(messages(rule, manifest), []);
    const broken = configMapOf(
      "oauth2_proxy.cfg",
      oauth2ProxyToml.replace("ssl_insecure_skip_verify = false", "SSL_Insecure_Skip_Verify = true"),
    );
    assert.deepEqual(messages(rule, broken), [turnsOff(field, " in provider_ca_files")]);
  });

  it('rejects "true", which oauth2-proxy turns into a boolean', () => {
    const manifest = configMapOf("oauth2_proxy.cfg", oauth2ProxyToml.replace("verify = false", 'verify = "true"'));
    assert.deepEqual(messages(rule, manifest), [
      `${field} = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
    ]);
  });

  it("knows the words that Go has for true and false", () => {
    const said = (written: string) =>
      messages(rule, configMapOf("oauth2_proxy.cfg", oauth2ProxyToml.replace("verify = false", `verify = ${written}`)));
    for (const written of ["1", '"T"', '"1"']) assert.match(said(written).join(), /turns certificate verification off/);
    for (const written of ["0", '"f"', '"0"', '""']) assert.deepEqual(said(written), []);
  });

  for (const [written, shown] of [
    ["2", "2"],
    ['"yes"', '"yes"'],
    ['"$(SKIP_VERIFY)"', '"$(SKIP_VERIFY)"'],
    ['"{{ .Values.skip }}"', '"{{ .Values.skip }}"'],
    ["[true]", "a list"],
  ] as const) {
    it(`rejects ${written}, which is neither true nor false`, () => {
      const manifest = configMapOf(
        "oauth2_proxy.cfg",
        oauth2ProxyToml.replace("verify = false", `verify = ${written}`),
      );
      assert.deepEqual(messages(rule, manifest), [neither(field, shown)]);
    });
  }

  for (const name of ["ssl_upstream_insecure_skip_verify", "redis_insecure_skip_tls_verify"]) {
    it(`rejects ${name}`, () => {
      const manifest = configMapOf("oauth2_proxy.cfg", `${oauth2ProxyToml}${name} = true\n`);
      assert.deepEqual(messages(rule, manifest), [turnsOff(`data["oauth2_proxy.cfg"]: ${name}`)]);
    });
  }

  it("rejects insecure_oidc_skip_issuer_verification", () => {
    const manifest = configMapOf(
      "oauth2_proxy.cfg",
      `${oauth2ProxyToml}insecure_oidc_skip_issuer_verification = true\n`,
    );
    assert.deepEqual(messages(rule, manifest), [
      'data["oauth2_proxy.cfg"]: insecure_oidc_skip_issuer_verification = true turns the check of the token\'s issuer ' +
        "off. Set it to false, or remove it.",
    ]);
  });

  it("leaves settings that aren't about TLS to other rules", () => {
    const others =
      "insecure_oidc_skip_nonce = true\ninsecure_oidc_allow_unverified_email = true\nskip_jwt_bearer_tokens = true\n";
    assert.deepEqual(messages(rule, configMapOf("oauth2_proxy.cfg", oauth2ProxyToml + others)), []);
  });

  it("knows the configuration by its content when the key has another name", () => {
    const manifest = configMapOf("settings", oauth2ProxyToml.replace("verify = false", "verify = true"));
    assert.deepEqual(messages(rule, manifest), [
      turnsOff("data.settings: ssl_insecure_skip_verify", " in provider_ca_files"),
    ]);
  });

  it("rejects a configuration that can't be read, and says where", () => {
    const manifest = configMapOf("oauth2_proxy.cfg", oauth2ProxyToml.replace('"oidc"', "oidc"));
    assert.deepEqual(messages(rule, manifest), [
      'data["oauth2_proxy.cfg"] is not readable as oauth2-proxy\'s configuration (TOML) at line 1, column 12: ' +
        "invalid value. Mend the text: what can't be read isn't checked.",
    ]);
  });

  it("rejects a configuration where a name stands twice in different case", () => {
    const manifest = configMapOf("oauth2_proxy.cfg", `${oauth2ProxyToml}SSL_INSECURE_SKIP_VERIFY = true\n`);
    assert.deepEqual(messages(rule, manifest), [
      'data["oauth2_proxy.cfg"] is not readable as oauth2-proxy\'s configuration (TOML): a name stands twice, in ' +
        "different case. Mend the text: what can't be read isn't checked.",
    ]);
  });

  describe("in a Secret", () => {
    const bad = oauth2ProxyToml.replace("verify = false", "verify = true");

    it("rejects it in stringData", () => {
      const manifest = secret({ stringData: { "oauth2_proxy.cfg": bad } });
      assert.deepEqual(messages(rule, manifest), [
        turnsOff(`stringData["oauth2_proxy.cfg"]: ssl_insecure_skip_verify`, " in provider_ca_files"),
      ]);
    });

    it("rejects it in base64 data", () => {
      const manifest = secret({ data: { "oauth2_proxy.cfg": Buffer.from(bad).toString("base64") } });
      assert.deepEqual(messages(rule, manifest), [turnsOff(field, " in provider_ca_files")]);
    });

    it("doesn't repeat the text when it can't be read", () => {
      const manifest = secret({ stringData: { "oauth2_proxy.cfg": `${oauth2ProxyToml}cookie_secret = hunter2\n` } });
      const [message = ""] = messages(rule, manifest);
      assert.match(
        message,
        /not readable as oauth2-proxy's configuration \(TOML\) at line 7, column 17: invalid value/,
      );
      assert.doesNotMatch(message, /hunter2/);
    });

    it("rejects it in a ConfigMap's binaryData", () => {
      const manifest = { ...configMap({}), binaryData: { "oauth2_proxy.cfg": Buffer.from(bad).toString("base64") } };
      const place = 'binaryData["oauth2_proxy.cfg"]: ssl_insecure_skip_verify';
      assert.deepEqual(messages(rule, manifest), [turnsOff(place, " in provider_ca_files")]);
    });

    it("rejects it behind a byte that is no UTF-8", () => {
      const bytes = Buffer.concat([Buffer.from("# caf"), Buffer.from([0xe9]), Buffer.from(`\n${bad}`)]);
      const manifest = secret({ data: { "oauth2_proxy.cfg": bytes.toString("base64") } });
      assert.deepEqual(messages(rule, manifest), [turnsOff(field, " in provider_ca_files")]);
    });

    it("leaves binary data alone", () => {
      const manifest = secret({ data: { keystore: Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString("base64") } });
      assert.deepEqual(messages(rule, manifest), []);
    });
  });

  describe("in the alpha format", () => {
    const alpha = {
      injectRequestHeaders: [],
      upstreamConfig: { upstreams: [{ id: "app", path: "/", uri: "https://app", insecureSkipTLSVerify: false }] },
      providers: [{ id: "dex", oidcConfig: { insecureSkipIssuerVerification: false, insecureSkipNonce: false } }],
    };
    const alphaMap = (mutate: (copy: typeof alpha & { providers: object[] }) => void): Manifest => {
      const copy = structuredClone(alpha);
      mutate(copy);
      return configMapOf("proxy.yaml", stringify(copy));
    };

    it("lets a configuration pass that verifies", () => {
      assert.deepEqual(
        messages(
          rule,
          alphaMap(() => undefined),
        ),
        [],
      );
    });

    it("rejects an upstream's insecureSkipTLSVerify", () => {
      const manifest = alphaMap(({ upstreamConfig: { upstreams } }) =>
        Object.assign(upstreams[0] ?? {}, { insecureSkipTLSVerify: true }),
      );
      assert.deepEqual(messages(rule, manifest), [
        turnsOff('data["proxy.yaml"]: upstreamConfig.upstreams[0].insecureSkipTLSVerify'),
      ]);
    });

    it("rejects a provider's insecureSkipVerify", () => {
      const manifest = alphaMap(({ providers }) => Object.assign(providers[0] ?? {}, { insecureSkipVerify: true }));
      assert.deepEqual(messages(rule, manifest), [turnsOff('data["proxy.yaml"]: providers[0].insecureSkipVerify')]);
    });

    it("rejects a value that an environment variable gives", () => {
      const manifest = alphaMap(({ providers }) =>
        Object.assign(providers[0] ?? {}, { insecureSkipVerify: "${SKIP}" }),
      );
      assert.deepEqual(messages(rule, manifest), [
        neither('data["proxy.yaml"]: providers[0].insecureSkipVerify', '"${SKIP}"'),
      ]);
    });

    it("rejects a configuration that can't be read, and says where", () => {
      assert.deepEqual(messages(rule, configMapOf("oauth2_proxy.yml", "providers:\n  - id: [dex\n")), [
        'data["oauth2_proxy.yml"] is not readable as oauth2-proxy\'s alpha configuration (YAML) at line 3, column 1: ' +
          "bad indent. Mend the text: what can't be read isn't checked.",
      ]);
    });
  });
});
