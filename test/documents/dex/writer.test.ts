import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { parse } from "yaml";
import { readDexConfig } from "../../../documents/dex/reader";
import { type DexConfig } from "../../../documents/dex/schema";
import { writeDexConfig } from "../../../documents/dex/writer";

const config = (text: string): DexConfig => ({
  issuer: text,
  storage: { type: "kubernetes", config: { inCluster: true, crdHandling: "check" } },
  web: { http: "0.0.0.0:5556", headers: { [`X-${text}`]: text } },
  telemetry: { http: "0.0.0.0:5558" },
  oauth2: {
    grantTypes: ["authorization_code"],
    responseTypes: ["code"],
    skipApprovalScreen: true,
    alwaysShowLoginScreen: false,
  },
  expiry: {
    idTokens: "1h",
    authRequests: "15m",
    signingKeys: "24h",
    refreshTokens: { disableRotation: false, reuseInterval: "30s", validIfNotUsedFor: "12h", absoluteLifetime: "12h" },
  },
  logger: { level: "info", format: "json" },
  frontend: { issuer: text },
  staticClients: [{ id: text, name: text, secretEnv: "SECRET", redirectURIs: [text] }],
  connectors: [
    {
      type: "oidc",
      id: "a",
      name: text,
      config: {
        issuer: text,
        clientID: text,
        clientSecret: "$SECRET",
        redirectURI: text,
        scopes: [text, text],
        insecureEnableGroups: true,
        claimMapping: { groups: text },
        getUserInfo: true,
      },
    },
  ],
  enablePasswordDB: true,
  staticPasswords: [
    { email: text, username: text, userID: text, groups: [text], emailVerified: true, hashFromEnv: "HASH" },
  ],
});

describe("Dex's configuration", () => {
  it("reads as what was written, whatever the texts in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const written = writeDexConfig(config(text));
        assert.deepEqual(parse(written), config(text));
        assert.deepEqual(readDexConfig(written), config(text));
      }),
    );
  });

  for (const text of [
    "yes",
    "On",
    "n",
    "12:30",
    "null",
    "0x10",
    "1e3",
    "- a",
    "a: b",
    "#",
    "'",
    '"',
    "|",
    "&a",
    "*a",
    "a\nb",
    "  a",
    "12h",
    "~",
    "!!x",
  ]) {
    it(`keeps ${JSON.stringify(text)} a text`, () => {
      assert.deepEqual(parse(writeDexConfig(config(text))), config(text));
      // Dex's parser knows more words for true and false.
      assert.deepEqual(readDexConfig(writeDexConfig(config(text))), config(text));
    });
  }

  it("is one document without aliases, on whole lines", () => {
    const long = "x".repeat(500);
    const written = writeDexConfig(config(long));
    assert.doesNotMatch(written, /^---|[&*]a\d/m);
    assert(written.includes(`issuer: ${long}\n`));
  });
});
