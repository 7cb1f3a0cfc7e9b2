import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { messages } from "../../support";
import { configMap, secret, turnsOff } from "./fixtures";

function configMapOf(name: string, text: string): Manifest {
  return configMap({ [name]: text });
}

describe("forbid-skip-verify in Dex's configuration", () => {
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
    return configMapOf("config.yaml", stringify(copy));
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
    assert.deepEqual(messages(rule, manifest), [turnsOff(`${connector}.insecureSkipVerify`)]);
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
    assert.deepEqual(messages(rule, manifest), [turnsOff(`${connector}.insecureCA`)]);
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

  it("lets a MySQL storage pass whose mode is written as a boolean", () => {
    const storage = { type: "mysql", config: { ssl: { mode: true } } };
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
    assert.deepEqual(messages(rule, configMapOf("config.yaml", "issuer: https://x\nstorage:\n\ttype: memory\n")), [
      'data["config.yaml"] is not readable as Dex\'s configuration (YAML) at line 3, column 1: tab as indent. ' +
        "Mend the text: what can't be read isn't checked.",
    ]);
  });

  it("doesn't repeat a Secret's text when it can't be read", () => {
    const manifest = secret({ stringData: { "config.yaml": "issuer: https://x\nstorage: *hunter2\n" } });
    const [message = ""] = messages(rule, manifest);
    assert.match(message, /not readable as Dex's configuration/);
    assert.doesNotMatch(message, /hunter2/);
  });

  it("rejects a key that stands twice, of which Dex would take either", () => {
    const text = `${stringify(dex)}connectors: []\n`;
    const [message = ""] = messages(rule, configMapOf("config.yaml", text));
    assert.match(message, /at line \d+, column 1: a key stands twice/);
  });
});
