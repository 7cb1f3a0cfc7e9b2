import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify as stringifyToml } from "smol-toml";
import { stringify as stringifyYaml } from "yaml";
import { claimsToBeDexConfig, readDexConfig } from "../../../documents/dex/reader";
import { protoField, tlsContextsOf, validationOf } from "../../../documents/istio/envoyTls";
import {
  claimsToBeAlphaConfig,
  claimsToBeConfig,
  readAlphaConfig,
  readConfig,
} from "../../../documents/oauth2-proxy/reader";
import { recognise } from "../../../documents/recognise";
import { readToml } from "../../../documents/toml";
import { UnreadableText } from "../../../documents/unreadable";
import { readYaml } from "../../../documents/yaml";

/** Free text with the signs that the formats live on more often than chance would have them. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(
        ..."= : - # [ ] { } [[ ]] \" ' \"\"\" ''' & * ! | > % @ ` \\ , \n \r\n \t <<: --- ... ? true 1e9".split(" "),
        "\n",
        "\n  ",
        "issuer: ",
        "storage: ",
        "cookie_domains = ",
        "oidc_issuer_url = ",
        "injectRequestHeaders: ",
        "&a [*a]",
        "__proto__",
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

const fileName = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom("oauth2_proxy.cfg", "oauth2_proxy.yml", "dex.yaml", "config.yaml", "a.toml", "run.sh", "mesh"),
);

const readers: [string, (text: string) => unknown][] = [
  ["readToml", readToml],
  ["readYaml", readYaml],
  ["readConfig", readConfig],
  ["readAlphaConfig", readAlphaConfig],
  ["readDexConfig", readDexConfig],
];

/** What any of the formats can hold. */
const scalar = fc.oneof(fc.boolean(), fc.integer(), fc.string({ maxLength: 20 }));
const key = fc.stringMatching(/^[a-z][a-z_]{2,20}$/);

describe("the readers", () => {
  for (const [name, read] of readers) {
    it(`${name} reads any text or throws UnreadableText`, () => {
      fc.assert(
        fc.property(text, (given) => {
          try {
            read(given);
          } catch (error) {
            assert.ok(error instanceof UnreadableText, String(error));
          }
        }),
        { numRuns: 500 },
      );
    });
  }

  it("recognise gives any text a kind or throws UnreadableText", () => {
    const kinds = ["oauth2-proxy", "oauth2-proxy alpha", "dex", "structured", "plain"];
    fc.assert(
      fc.property(fileName, text, (name, given) => {
        try {
          assert.ok(kinds.includes(recognise(name, given).kind));
        } catch (error) {
          assert.ok(error instanceof UnreadableText, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("read back what a TOML writer wrote", () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(scalar, fc.array(fc.string()))), (config) => {
        assert.deepEqual(readConfig(stringifyToml(config)), { ...config });
      }),
    );
  });

  it("read back what a YAML writer wrote", () => {
    const config = fc.dictionary(key, fc.oneof(scalar, fc.array(scalar), fc.dictionary(key, scalar)));
    fc.assert(
      fc.property(config, (given) => {
        const plain = JSON.parse(JSON.stringify(given)) as unknown;
        assert.deepEqual(readDexConfig(stringifyYaml(plain, { version: "1.1" })), plain);
        assert.deepEqual(readAlphaConfig(stringifyYaml(plain)), plain);
      }),
    );
  });

  it("take Dex's yes and on for true, as its parser does, and merge what is merged in all of them", () => {
    assert.deepEqual(readDexConfig("a: yes\nb: Off\nc: { <<: { d: n }, e: 12:30 }\nf: .\ng: .5\n"), {
      a: true,
      b: false,
      c: { d: false, e: "12:30" },
      f: ".",
      g: 0.5,
    });
    assert.deepEqual(readAlphaConfig("a: yes\nb: { <<: { c: true } }\n"), { a: "yes", b: { c: true } });
  });

  it("never repeat the text in an error", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{16}$/),
        fc.constantFrom("= ", "a = ", "a: *", "a: !", "- [", "a: 1\na: "),
        (word, start) => {
          for (const [, read] of readers) {
            try {
              read(`${start}${word}`);
            } catch (error) {
              assert.ok(error instanceof UnreadableText && !error.message.includes(word), String(error));
            }
          }
        },
      ),
    );
  });

  it("say where a text stops being readable", () => {
    assert.throws(() => readToml('a = "1"\nb = c\n'), {
      message: "not readable as TOML at line 2, column 5: invalid value",
    });
    assert.throws(() => readYaml("a: 1\nb: [\n"), { message: /^not readable as YAML at line 3, column 1: / });
  });

  it("refuse a text that unfolds into a huge one", () => {
    const bomb = [
      "a: &a [x, x, x, x, x, x, x, x, x]",
      ..."bcdefgh".split("").map((name, index) => {
        const previous = "abcdefgh"[index] ?? "";
        return `${name}: &${name} [${Array<string>(9).fill(`*${previous}`).join(", ")}]`;
      }),
    ].join("\n");
    assert.throws(() => readYaml(bomb), { message: "not readable as YAML: an alias that can't be resolved" });
  });

  it("refuse a second document, which no program would read", () => {
    const message = (format: string): string => `not readable as ${format}: more than one document`;
    assert.throws(() => readDexConfig("a: 1\n---\nb: 1\n"), { message: message("Dex's configuration (YAML)") });
    assert.throws(() => readAlphaConfig("a: 1\n---\nb: 1\n"), {
      message: message("oauth2-proxy's alpha configuration (YAML)"),
    });
  });

  it("take an empty text for an empty configuration", () => {
    assert.deepEqual([readConfig(""), readAlphaConfig(""), readDexConfig("# nothing\n")], [{}, {}, {}]);
  });
});

describe("a text claims to be", () => {
  it("oauth2-proxy's configuration by its file's name or by two of its own settings", () => {
    assert.ok(claimsToBeConfig("oauth2_proxy.cfg", ""));
    assert.ok(claimsToBeConfig("oauth2-proxy.toml", ""));
    assert.ok(claimsToBeConfig("settings", 'email_domains = ["*"]\nskip_provider_button = true\n'));
    assert.ok(claimsToBeConfig("settings", '"cookie_secure" = false\n\'cookie_secret\' = "x"\n'));
    assert.ok(!claimsToBeConfig("settings", 'email_domains = ["*"]\n'));
  });

  it("nothing of ours when all that it shares with oauth2-proxy is about cookies", () => {
    const tornado =
      'port = 8888\ncookie_name = "session"\ncookie_secure = True\ncookie_secret = os.environ["COOKIE"]\n';
    const toml = 'port = 8888\ncookie_name = "session"\ncookie_secure = true\n';
    for (const text of [tornado, toml]) {
      assert.ok(!claimsToBeConfig("app.conf", text));
      // What names oauth2-proxy is meant for it, readable or not.
      assert.ok(claimsToBeConfig("app.conf", text, "oauth2-proxy"));
      assert.ok(claimsToBeConfig("oauth2-proxy", text));
      assert.ok(claimsToBeConfig("app.conf", `${text}email_domains = ["*"]\n`));
    }
    assert.equal(recognise("app.conf", tornado).kind, "plain");
    assert.ok(claimsToBeConfig("app.conf", 'provider = "oidc"\ncookie_name = "session"\ncookie_secure = false\n'));
  });

  it("nothing of ours when it is Grafana's ini or a script", () => {
    const ini =
      "[security]\ncookie_secure = true\ncookie_samesite = lax\n[auth.generic_oauth]\nclient_id = x\nclient_secret = y\n";
    assert.ok(!claimsToBeConfig("grafana.ini", ini));
    assert.deepEqual(recognise("grafana.ini", ini), { kind: "plain" });
    assert.ok(!claimsToBeConfig("run.sh", "#!/bin/sh\nemail_domains = x\ncookie_refresh = y\n"));
  });

  it("oauth2-proxy's alpha configuration by its file's name or by a section of its own", () => {
    assert.ok(claimsToBeAlphaConfig("oauth2_proxy.yml", ""));
    assert.ok(claimsToBeAlphaConfig("a", "upstreamConfig:\n  upstreams: []\n"));
    assert.ok(claimsToBeAlphaConfig("a", '{"upstreamConfig": {}}'));
    assert.ok(claimsToBeAlphaConfig("a", "providers:\n- oidcConfig: {}\n"));
    assert.ok(!claimsToBeAlphaConfig("a", "upstreams: []\n"));
    assert.ok(!claimsToBeAlphaConfig("a", "providers:\n- name: x\n"));
  });

  it("Dex's configuration by its file's name or by an issuer beside a section of its own", () => {
    assert.ok(claimsToBeDexConfig("dex.yaml", ""));
    assert.ok(claimsToBeDexConfig("config", "issuer: https://x\nstaticClients: []\n"));
    assert.ok(claimsToBeDexConfig("config", '{"issuer": "https://x", "storage": {"type": "memory"}}'));
    assert.ok(claimsToBeDexConfig("config", "--- {issuer: https://x, Storage: {Type: etcd}}"));
    assert.ok(claimsToBeDexConfig("config", "issuer: [\nstorage: {}"));
    assert.ok(!claimsToBeDexConfig("config", "issuer: https://x\n"));
    assert.ok(!claimsToBeDexConfig("index.yaml", "storage: x\n"));
    assert.ok(!claimsToBeDexConfig("values.yaml", "issuer: letsencrypt\nstorage: { size: 10Gi }\n"));
    assert.ok(!claimsToBeDexConfig("values.yaml", "issuer: https://x\nstorage: { type: s3 }\n"));
    assert.ok(!claimsToBeDexConfig("dex-dashboard.json", '{"panels": []}'));
    assert.ok(!claimsToBeDexConfig("dex-values.yaml", "config: { issuer: https://x }\n"));
  });
});

describe("Envoy's TLS contexts", () => {
  it("are told for any message", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom("@type", "type_url", "typeUrl", "value", "upstream_tls_context", "common_tls_context", "x"),
          fc.anything(),
        ),
        (message) => {
          for (const { context } of tlsContextsOf(message)) validationOf(context);
        },
      ),
    );
  });

  it("have fields in either spelling", () => {
    assert.deepEqual(protoField({ trustedCa: 1 }, "trusted_ca"), ["trustedCa", 1]);
    assert.deepEqual(protoField({ trusted_ca: 2 }, "trusted_ca"), ["trusted_ca", 2]);
    assert.deepEqual(protoField({}, "trusted_ca"), ["trusted_ca", undefined]);
  });
});
