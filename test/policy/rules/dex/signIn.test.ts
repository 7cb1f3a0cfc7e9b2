import assert from "node:assert/strict";
import { forbidDexInsecureSwitches } from "../../../../policy/rules/dex/forbid-dex-insecure-switches";
import { forbidDexMockConnectors } from "../../../../policy/rules/dex/forbid-dex-mock-connectors";
import { forbidDexOutOfBandClients } from "../../../../policy/rules/dex/forbid-dex-out-of-band-clients";
import { forbidDexStaticPasswords } from "../../../../policy/rules/dex/forbid-dex-static-passwords";
import { limitDexGrantTypes } from "../../../../policy/rules/dex/limit-dex-grant-types";
import { limitDexRefreshTokens } from "../../../../policy/rules/dex/limit-dex-refresh-tokens";
import { requireDexCodeFlow } from "../../../../policy/rules/dex/require-dex-code-flow";
import { requireDexExactRedirects } from "../../../../policy/rules/dex/require-dex-exact-redirects";
import { messages } from "../../support";
import { at, complaints } from "./fixtures";

describe("forbid-dex-static-passwords", () => {
  const rule = forbidDexStaticPasswords;
  const mend = "Remove it, and sign people in with a connector.";

  it("rejects the database of passwords", () => {
    assert.deepEqual(complaints(rule, { enablePasswordDB: true }), [
      `${at("enablePasswordDB")} = true has Dex sign people in with passwords of its own. ${mend}`,
    ]);
  });

  it("rejects a password", () => {
    assert.deepEqual(complaints(rule, { staticPasswords: [{ email: "user@example.com", hashFromEnv: "HASH" }] }), [
      `${at("staticPasswords[0]")} gives "user@example.com" a password of Dex's own. ${mend}`,
    ]);
  });

  it("rejects a connector for the password grant", () => {
    assert.deepEqual(complaints(rule, { "oauth2.passwordConnector": "local" }), [
      `${at("oauth2.passwordConnector")} = "local" lets every client ask people for their password itself. Remove it.`,
    ]);
  });

  it("rejects one in Dex's storage", () => {
    const password = { apiVersion: "dex.coreos.com/v1", kind: "Password", email: "user@example.com", hash: "JDJ5" };
    assert.deepEqual(messages(rule, password), [`email "user@example.com" gets a password of Dex's own. ${mend}`]);
  });
});

describe("forbid-dex-mock-connectors", () => {
  for (const type of ["mockCallback", "mockPassword", "authproxy", "somethingNew"]) {
    it(`rejects ${type}`, () => {
      assert.deepEqual(complaints(forbidDexMockConnectors, { "connectors[0].type": type }), [
        `${at("connectors[0].type")} = "${type}" is no connector that asks who somebody is. Use one of a real provider.`,
      ]);
    });
  }
});

describe("forbid-dex-insecure-switches", () => {
  const rule = forbidDexInsecureSwitches;

  for (const key of [
    "insecureSkipEmailVerified",
    "InsecureSkipEmailVERIFIED",
    "insecureSomethingNew",
    "skipUserInfo",
    "disablePKCE",
    "allowAnybody",
  ]) {
    it(`rejects ${key}`, () => {
      assert.deepEqual(complaints(rule, { [`connectors[0].config.${key}`]: true }), [
        `${at(`connectors[0].config.${key}`)} = true turns a protection off. Remove it, or write false.`,
      ]);
    });
  }

  it("rejects a switch that a variable decides", () => {
    assert.deepEqual(complaints(rule, { "connectors[0].config.insecureSkipEmailVerified": "$SKIP" }), [
      `${at("connectors[0].config.insecureSkipEmailVerified")} = "$SKIP" turns a protection off. Remove it, or write false.`,
    ]);
  });

  it("lets it pass when it is off", () => {
    assert.deepEqual(complaints(rule, { "connectors[0].config.insecureSkipEmailVerified": false }), []);
  });

  it("leaves certificates to forbid-skip-verify", () => {
    const changes = {
      "connectors[0].config.insecureSkipVerify": true,
      "connectors[0].config.insecureNoSSL": true,
      "connectors[0].config.insecureSkipSignatureValidation": true,
    };
    assert.deepEqual(complaints(rule, changes), []);
  });
});

describe("limit-dex-grant-types", () => {
  const rule = limitDexGrantTypes;
  const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

  it("rejects a configuration that names none, which has all", () => {
    assert.deepEqual(complaints(rule, { "oauth2.grantTypes": undefined }), [
      `${at("oauth2.grantTypes")} isn't set, so Dex offers every grant. Write [authorization_code, refresh_token].`,
    ]);
  });

  it("rejects a configuration without oauth2", () => {
    assert.equal(complaints(rule, { oauth2: undefined }).length, 1);
  });

  for (const grant of [
    "password",
    "implicit",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "something-new",
  ]) {
    it(`rejects ${grant}`, () => {
      assert.deepEqual(complaints(rule, { "oauth2.grantTypes": ["authorization_code", grant] }), [
        `${at("oauth2.grantTypes[1]")} = "${grant}" is no grant that Kubeflow needs. Remove it.`,
      ]);
    });
  }

  it("lets the token exchange pass, which machines need", () => {
    assert.deepEqual(complaints(rule, { "oauth2.grantTypes": ["authorization_code", tokenExchange] }), []);
  });

  it("rejects it where a client relies on its allowed connectors", () => {
    const changes = {
      "oauth2.grantTypes": ["authorization_code", tokenExchange],
      "staticClients[0].allowedConnectors": ["company"],
    };
    assert.deepEqual(complaints(rule, changes), [
      `${at("staticClients[0].allowedConnectors")} is ignored by the token exchange (GHSA-7qjx-gp9h-65qj). ` +
        `Leave ${tokenExchange} out of oauth2.grantTypes.`,
    ]);
  });
});

describe("require-dex-code-flow", () => {
  for (const type of ["token", "id_token", "code token"]) {
    it(`rejects ${type}`, () => {
      assert.deepEqual(complaints(requireDexCodeFlow, { "oauth2.responseTypes": ["code", type] }), [
        `${at("oauth2.responseTypes[1]")} = "${type}" puts tokens into the browser's address. Keep only code.`,
      ]);
    });
  }

  it("lets the default pass, which is code", () => {
    assert.deepEqual(complaints(requireDexCodeFlow, { "oauth2.responseTypes": undefined }), []);
  });
});

describe("require-dex-exact-redirects", () => {
  const rule = requireDexExactRedirects;

  for (const uri of [
    "http://gate.example.com/callback",
    "https://*.example.com/callback",
    "https://gate.example.com/*",
    "//gate.example.com/callback",
    "http://localhost:8000/callback",
    "*",
  ]) {
    it(`rejects ${uri}`, () => {
      assert.deepEqual(complaints(rule, { "staticClients[0].redirectURIs": [uri] }), [
        `${at("staticClients[0].redirectURIs[0]")} = "${uri}" is no exact https:// address. Write the whole address.`,
      ]);
    });
  }

  for (const uri of ["http://localhost:8000/callback", "http://127.0.0.1/callback", "com.example.app:/callback"]) {
    it(`lets ${uri} pass for a public client`, () => {
      const changes = { "staticClients[0].redirectURIs": [uri], "staticClients[0].public": true };
      assert.deepEqual(complaints(rule, changes), []);
    });
  }

  it("lets a path on the issuer's host pass", () => {
    assert.deepEqual(complaints(rule, { "staticClients[0].redirectURIs": ["/oauth2/callback"] }), []);
  });

  it("looks at clients in Dex's storage", () => {
    const client = { apiVersion: "dex.coreos.com/v1", kind: "OAuth2Client", redirectURIs: ["http://app/callback"] };
    assert.deepEqual(messages(rule, client), [
      'redirectURIs[0] = "http://app/callback" is no exact https:// address. Write the whole address.',
    ]);
  });
});

describe("forbid-dex-out-of-band-clients", () => {
  const rule = forbidDexOutOfBandClients;

  it("rejects the address that shows codes", () => {
    assert.deepEqual(complaints(rule, { "staticClients[0].redirectURIs": ["urn:ietf:wg:oauth:2.0:oob"] }), [
      `${at("staticClients[0].redirectURIs[0]")} = "urn:ietf:wg:oauth:2.0:oob" shows codes to be copied. Remove it.`,
    ]);
  });

  it("rejects a public client without addresses", () => {
    assert.deepEqual(complaints(rule, { "staticClients[0].public": true, "staticClients[0].redirectURIs": [] }), [
      `${at("staticClients[0].redirectURIs")} is empty for a public client, which may then have codes shown to be copied. ` +
        "Name its addresses.",
    ]);
  });

  it("lets a public client with addresses pass", () => {
    assert.deepEqual(complaints(rule, { "staticClients[0].public": true }), []);
  });
});

describe("limit-dex-refresh-tokens", () => {
  const rule = limitDexRefreshTokens;

  it("rejects tokens without an end", () => {
    assert.deepEqual(complaints(rule, { expiry: undefined }), [
      `${at("expiry.refreshTokens.absoluteLifetime")} isn't set, so refresh tokens never end. Write 720h or less.`,
    ]);
  });

  for (const lifetime of ["2160h", "720h1s", "0s", "30d", "$LIFETIME"]) {
    it(`rejects ${lifetime}`, () => {
      assert.deepEqual(complaints(rule, { "expiry.refreshTokens.absoluteLifetime": lifetime }), [
        `${at("expiry.refreshTokens.absoluteLifetime")} = "${lifetime}" is no time of at most 720h. Write 720h or less.`,
      ]);
    });
  }

  it("lets 30 days pass", () => {
    assert.deepEqual(complaints(rule, { "expiry.refreshTokens.absoluteLifetime": "720h" }), []);
  });

  it("asks for none where there are no refresh tokens", () => {
    assert.deepEqual(complaints(rule, { expiry: undefined, "oauth2.grantTypes": ["authorization_code"] }), []);
  });

  it("rejects tokens that are used twice", () => {
    assert.deepEqual(complaints(rule, { "expiry.refreshTokens.disableRotation": true }), [
      `${at("expiry.refreshTokens.disableRotation")} = true lets a stolen refresh token go unnoticed. Remove it.`,
    ]);
  });
});
