import assert from "node:assert/strict";
import { stringify } from "yaml";
import { run } from "../../../../policy/run";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import {
  context,
  messages,
  changed,
  unknownCheckingProxy,
  unknownObjectValue,
  unknownStringValue,
} from "../../support";

const toml = `provider = "oidc"
oidc_issuer_url = "https://gate.example.com/dex"
# ssl_insecure_skip_verify = true would trust anybody
ssl_insecure_skip_verify = false
provider_ca_files = ["/etc/ca/ca.crt"]
email_domains = ["example.com"]
`;

const compliant: Manifest = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "oauth2-proxy", namespace: "auth" },
  data: { "oauth2_proxy.cfg": toml },
};

const secret: Manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "oauth2-proxy" } };

const mend = "Set it to false, or remove it; a private CA is trusted by naming it";
const on = (field: string): string => `${field} = true turns certificate verification off. ${mend}.`;
const neither = (field: string, value: string): string =>
  `${field} = ${value} is neither true nor false, so nobody can say whether certificate verification is on. ` +
  "Write false, or remove it.";

function configMap(name: string, text: string): Manifest {
  return changed(compliant, { data: { [name]: text } });
}

describe("forbid-skip-verify in configuration files", () => {
  describe("of oauth2-proxy", () => {
    const field = 'data["oauth2_proxy.cfg"]: ssl_insecure_skip_verify';

    it("lets a configuration pass that verifies", () => {
      assert.deepEqual(messages(rule, compliant), []);
    });

    it("rejects ssl_insecure_skip_verify = true", () => {
      const manifest = configMap("oauth2_proxy.cfg", toml.replace("verify = false", "verify = true"));
      assert.deepEqual(messages(rule, manifest), [`${on(field).slice(0, -1)} in provider_ca_files.`]);
    });

    it("rejects it in another case, which oauth2-proxy takes too", () => {
      const manifest = configMap(
        "oauth2_proxy.cfg",
        toml.replace("ssl_insecure_skip_verify = f", "SSL_Insecure_Skip_Verify = f"),
      );
      assert.deepEqual(messages(rule, manifest), []);
      const broken = configMap(
        "oauth2_proxy.cfg",
        toml.replace("ssl_insecure_skip_verify = false", "SSL_Insecure_Skip_Verify = true"),
      );
      assert.deepEqual(messages(rule, broken), [`${on(field).slice(0, -1)} in provider_ca_files.`]);
    });

    it('rejects "true", which oauth2-proxy turns into a boolean', () => {
      const manifest = configMap("oauth2_proxy.cfg", toml.replace("verify = false", 'verify = "true"'));
      assert.deepEqual(messages(rule, manifest), [
        `${field} = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
      ]);
    });

    for (const [written, shown] of [
      ["1", "1"],
      ["0", "0"],
      ['"yes"', '"yes"'],
      ['"t"', '"t"'],
      ['"$(SKIP_VERIFY)"', '"$(SKIP_VERIFY)"'],
      ['"{{ .Values.skip }}"', '"{{ .Values.skip }}"'],
      ["[true]", "a list"],
    ] as const) {
      it(`rejects ${written}, which is neither true nor false`, () => {
        const manifest = configMap("oauth2_proxy.cfg", toml.replace("verify = false", `verify = ${written}`));
        assert.deepEqual(messages(rule, manifest), [neither(field, shown)]);
      });
    }

    for (const name of ["ssl_upstream_insecure_skip_verify", "redis_insecure_skip_tls_verify"]) {
      it(`rejects ${name}`, () => {
        const manifest = configMap("oauth2_proxy.cfg", `${toml}${name} = true\n`);
        assert.deepEqual(messages(rule, manifest), [on(`data["oauth2_proxy.cfg"]: ${name}`)]);
      });
    }

    it("rejects insecure_oidc_skip_issuer_verification", () => {
      const manifest = configMap("oauth2_proxy.cfg", `${toml}insecure_oidc_skip_issuer_verification = true\n`);
      assert.deepEqual(messages(rule, manifest), [
        'data["oauth2_proxy.cfg"]: insecure_oidc_skip_issuer_verification = true turns the check of the token\'s issuer ' +
          "off. Set it to false, or remove it.",
      ]);
    });

    it("leaves settings that aren't about TLS to other rules", () => {
      const others =
        "insecure_oidc_skip_nonce = true\ninsecure_oidc_allow_unverified_email = true\nskip_jwt_bearer_tokens = true\n";
      assert.deepEqual(messages(rule, configMap("oauth2_proxy.cfg", toml + others)), []);
    });

    it("knows the configuration by its content when the key has another name", () => {
      const manifest = configMap("settings", toml.replace("verify = false", "verify = true"));
      assert.deepEqual(messages(rule, manifest), [
        `${on("data.settings: ssl_insecure_skip_verify").slice(0, -1)} in provider_ca_files.`,
      ]);
    });

    it("rejects a configuration that can't be read, and says where", () => {
      const manifest = configMap("oauth2_proxy.cfg", toml.replace('"oidc"', "oidc"));
      assert.deepEqual(messages(rule, manifest), [
        'data["oauth2_proxy.cfg"] is not readable as oauth2-proxy\'s configuration (TOML) at line 1, column 12: ' +
          "invalid value. Mend the text: what can't be read isn't checked.",
      ]);
    });

    it("rejects a configuration where a name stands twice in different case", () => {
      const manifest = configMap("oauth2_proxy.cfg", `${toml}SSL_INSECURE_SKIP_VERIFY = true\n`);
      assert.deepEqual(messages(rule, manifest), [
        'data["oauth2_proxy.cfg"] is not readable as oauth2-proxy\'s configuration (TOML): a name stands twice, in ' +
          "different case. Mend the text: what can't be read isn't checked.",
      ]);
    });

    describe("in a Secret", () => {
      const bad = toml.replace("verify = false", "verify = true");

      it("rejects it in stringData", () => {
        const manifest = { ...secret, stringData: { "oauth2_proxy.cfg": bad } };
        assert.deepEqual(messages(rule, manifest), [
          `${on(`stringData["oauth2_proxy.cfg"]: ssl_insecure_skip_verify`).slice(0, -1)} in provider_ca_files.`,
        ]);
      });

      it("rejects it in base64 data", () => {
        const manifest = { ...secret, data: { "oauth2_proxy.cfg": Buffer.from(bad).toString("base64") } };
        assert.deepEqual(messages(rule, manifest), [`${on(field).slice(0, -1)} in provider_ca_files.`]);
      });

      it("doesn't repeat the text when it can't be read", () => {
        const manifest = { ...secret, stringData: { "oauth2_proxy.cfg": `${toml}cookie_secret = hunter2\n` } };
        const [message = ""] = messages(rule, manifest);
        assert.match(
          message,
          /not readable as oauth2-proxy's configuration \(TOML\) at line 7, column 17: invalid value/,
        );
        assert.doesNotMatch(message, /hunter2/);
      });

      it("leaves binary data alone", () => {
        const manifest = { ...secret, data: { keystore: Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString("base64") } };
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
        return configMap("proxy.yaml", stringify(copy));
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
          on('data["proxy.yaml"]: upstreamConfig.upstreams[0].insecureSkipTLSVerify'),
        ]);
      });

      it("rejects a provider's insecureSkipVerify", () => {
        const manifest = alphaMap(({ providers }) => Object.assign(providers[0] ?? {}, { insecureSkipVerify: true }));
        assert.deepEqual(messages(rule, manifest), [on('data["proxy.yaml"]: providers[0].insecureSkipVerify')]);
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
        assert.deepEqual(messages(rule, configMap("oauth2_proxy.yml", "providers:\n  - id: [dex\n")), [
          'data["oauth2_proxy.yml"] is not readable as oauth2-proxy\'s alpha configuration (YAML) at line 3, column 1: ' +
            "bad indent. Mend the text: what can't be read isn't checked.",
        ]);
      });
    });
  });

  describe("of Dex", () => {
    const dex = {
      issuer: "https://gate.example.com/dex",
      storage: { type: "kubernetes", config: { inCluster: true } },
      connectors: [
        { type: "ldap", id: "ldap", config: { host: "ldap:636", rootCAData: "LS0t", insecureSkipVerify: false } },
      ],
    };
    const dexMap = (mutate: (copy: { storage: object; connectors: { config: object }[] }) => void): Manifest => {
      const copy = structuredClone(dex);
      mutate(copy);
      return configMap("config.yaml", stringify(copy));
    };
    const connector = 'data["config.yaml"]: connectors[0].config';

    it("lets a connector pass that verifies, with a CA of its own", () => {
      assert.deepEqual(
        messages(
          rule,
          dexMap(() => undefined),
        ),
        [],
      );
    });

    it("rejects a connector's insecureSkipVerify", () => {
      const manifest = dexMap(({ connectors: [first] }) =>
        Object.assign(first?.config ?? {}, { insecureSkipVerify: true }),
      );
      assert.deepEqual(messages(rule, manifest), [on(`${connector}.insecureSkipVerify`)]);
    });

    it("rejects a connector's insecureNoSSL", () => {
      const manifest = dexMap(({ connectors: [first] }) => Object.assign(first?.config ?? {}, { insecureNoSSL: true }));
      assert.deepEqual(messages(rule, manifest), [
        `${connector}.insecureNoSSL = true turns TLS off. Set it to false, or remove it.`,
      ]);
    });

    it("rejects a connector's insecureSkipSignatureValidation", () => {
      const manifest = dexMap(({ connectors: [first] }) =>
        Object.assign(first?.config ?? {}, { insecureSkipSignatureValidation: true }),
      );
      assert.deepEqual(messages(rule, manifest), [
        `${connector}.insecureSkipSignatureValidation = true turns signature validation off. Set it to false, or remove it.`,
      ]);
    });

    it("rejects a connector's insecureCA", () => {
      const manifest = dexMap(({ connectors: [first] }) => Object.assign(first?.config ?? {}, { insecureCA: true }));
      assert.deepEqual(messages(rule, manifest), [on(`${connector}.insecureCA`)]);
    });

    it("leaves a connector's other insecure settings to other rules", () => {
      const manifest = dexMap(({ connectors: [first] }) =>
        Object.assign(first?.config ?? {}, { insecureSkipEmailVerified: true, insecureEnableGroups: true }),
      );
      assert.deepEqual(messages(rule, manifest), []);
    });

    it("lets a database pass that is verified", () => {
      const storage = { type: "postgres", config: { ssl: { mode: "verify-full", caFile: "/ca.crt" } } };
      assert.deepEqual(
        messages(
          rule,
          dexMap((copy) => (copy.storage = storage)),
        ),
        [],
      );
    });

    it("rejects a PostgreSQL storage that is encrypted but not verified", () => {
      const storage = { type: "postgres", config: { ssl: { mode: "require" } } };
      assert.deepEqual(
        messages(
          rule,
          dexMap((copy) => (copy.storage = storage)),
        ),
        [
          'data["config.yaml"]: storage.config.ssl.mode = "require" doesn\'t verify the database\'s certificate. ' +
            'Use "verify-full" or "verify-ca", with the CA in storage.config.ssl.caFile.',
        ],
      );
    });

    it("rejects a MySQL storage that skips verification", () => {
      const storage = { type: "mysql", config: { ssl: { mode: "skip-verify" } } };
      assert.deepEqual(
        messages(
          rule,
          dexMap((copy) => (copy.storage = storage)),
        ),
        [
          'data["config.yaml"]: storage.config.ssl.mode = "skip-verify" doesn\'t verify the database\'s certificate. ' +
            'Use "true" or "custom", with the CA in storage.config.ssl.caFile.',
        ],
      );
    });

    it("rejects a configuration that can't be read, and says where", () => {
      assert.deepEqual(messages(rule, configMap("config.yaml", "issuer: https://x\nstorage:\n\ttype: memory\n")), [
        'data["config.yaml"] is not readable as Dex\'s configuration (YAML) at line 3, column 1: tab as indent. ' +
          "Mend the text: what can't be read isn't checked.",
      ]);
    });

    it("doesn't repeat a Secret's text when it can't be read", () => {
      const manifest = { ...secret, stringData: { "config.yaml": "issuer: https://x\nstorage: *hunter2\n" } };
      const [message = ""] = messages(rule, manifest);
      assert.match(message, /not readable as Dex's configuration/);
      assert.doesNotMatch(message, /hunter2/);
    });

    it("rejects a key that stands twice, of which Dex would take either", () => {
      const text = `${stringify(dex)}connectors: []\n`;
      const [message = ""] = messages(rule, configMap("config.yaml", text));
      assert.match(message, /at line \d+, column 1: a key stands twice/);
    });
  });

  describe("of other programs", () => {
    it("rejects insecureSkipVerify in the mesh configuration", () => {
      const manifest = configMap(
        "mesh",
        "defaultConfig:\n  tracing:\n    tlsSettings:\n      mode: SIMPLE\n      insecureSkipVerify: true\n",
      );
      assert.deepEqual(messages(rule, manifest), [
        on("data.mesh: defaultConfig.tracing.tlsSettings.insecureSkipVerify"),
      ]);
    });

    it("rejects insecure-skip-tls-verify in a kubeconfig", () => {
      const kubeconfig = { kind: "Config", clusters: [{ name: "a", cluster: { "insecure-skip-tls-verify": true } }] };
      const manifest = { ...secret, stringData: { kubeconfig: stringify(kubeconfig) } };
      assert.deepEqual(messages(rule, manifest), [
        on("stringData.kubeconfig: clusters[0].cluster.insecure-skip-tls-verify"),
      ]);
    });

    it("names the document of a text with several", () => {
      const manifest = configMap("all.yaml", "a: 1\n---\ntls:\n  insecureSkipVerify: true\n");
      assert.deepEqual(messages(rule, manifest), [on('data["all.yaml"] (document 2): tls.insecureSkipVerify')]);
    });

    it("reads a configuration inside a configuration", () => {
      const inner = stringify({ tls: { insecureSkipVerify: true } });
      const manifest = configMap("outer.json", JSON.stringify({ files: { "inner.yaml": inner } }));
      assert.deepEqual(messages(rule, manifest), [
        on('data["outer.json"]: files["inner.yaml"]: tls.insecureSkipVerify'),
      ]);
    });

    it("lets a schema pass, which names settings without setting them", () => {
      const crd =
        "kind: CustomResourceDefinition\nspec:\n  properties:\n    insecureSkipVerify:\n      type: boolean\n";
      assert.deepEqual(messages(rule, configMap("crd.yaml", crd)), []);
      const manifest = {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        spec: { insecureSkipVerify: {} },
      };
      assert.deepEqual(messages(rule, manifest), []);
    });
  });

  describe("at preview", () => {
    const preview = (manifest: Manifest): string[] =>
      run(rule, unknownCheckingProxy(manifest), context).map((finding) => `${finding.kind} ${finding.field}`);

    it("reports an unknown text as not checked and looks at the others", () => {
      const manifest = changed(compliant, {
        "data.ca~crt": unknownStringValue,
        "data.other~yaml": "tls:\n  insecureSkipVerify: true\n",
      });
      assert.deepEqual(preview(manifest), [
        'unchecked data["ca.crt"]',
        'violation data["other.yaml"]: tls.insecureSkipVerify',
      ]);
    });

    it("reports a whole map that is unknown", () => {
      assert.deepEqual(preview(changed(compliant, { data: unknownObjectValue })), ["unchecked data"]);
    });
  });
});
