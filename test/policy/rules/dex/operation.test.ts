import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { run } from "../../../../policy/run";
import { rules } from "../../../../policy/rules/dex";
import { forbidDexInlineSecrets } from "../../../../policy/rules/dex/forbid-dex-inline-secrets";
import { forbidDexStaticPasswords } from "../../../../policy/rules/dex/forbid-dex-static-passwords";
import { forbidOpenDexApi } from "../../../../policy/rules/dex/forbid-open-dex-api";
import { limitDexLogLevel } from "../../../../policy/rules/dex/limit-dex-log-level";
import { limitDexOrigins } from "../../../../policy/rules/dex/limit-dex-origins";
import { requireDexHttps } from "../../../../policy/rules/dex/require-dex-https";
import { requireDexStorage } from "../../../../policy/rules/dex/require-dex-storage";
import { requireDexTlsVersion } from "../../../../policy/rules/dex/require-dex-tls-version";
import { context, findings, messages, unknownCheckingProxy, unknownStringValue } from "../../support";
import { at, complaints, configured, dexConfig } from "./fixtures";

describe("the rules about Dex", () => {
  for (const rule of rules) {
    it(`let a safe configuration pass: ${rule.name}`, () => {
      assert.deepEqual(messages(rule, configured()), []);
    });
  }

  /** A configuration that breaks a rule at each turn. */
  const broken = dexConfig({
    issuer: "http://dex.auth:5556/dex",
    storage: { type: "memory" },
    "oauth2.grantTypes": undefined,
    "logger.level": "debug",
  });
  const names = ["require-dex-https", "limit-dex-grant-types", "require-dex-storage", "limit-dex-log-level"];
  const verdict = (manifest: Manifest) =>
    rules.flatMap((rule) => findings(rule, manifest).map((finding) => [rule.name, finding.field]));

  for (const [place, manifest] of Object.entries({
    "a ConfigMap": { kind: "ConfigMap", data: { "config.yaml": stringify(broken) } },
    "a ConfigMap, as JSON": { kind: "ConfigMap", data: { "config.json": JSON.stringify(broken) } },
    "a Secret": { kind: "Secret", stringData: { "config.yaml": stringify(broken) } },
    "a Secret, in base64": {
      kind: "Secret",
      data: { "config.yaml": Buffer.from(stringify(broken)).toString("base64") },
    },
    "a chart's values": { apiVersion: "helm.sh/v3", kind: "Release", chart: "dex", values: { config: broken } },
    "the values of a chart around it": {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "platform",
      values: { dex: { config: broken } },
    },
    "the values of a chart in a chart in a chart": {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "platform",
      values: { auth: { login: { dex: { config: broken } } } },
    },
    "the values of a chart with another name": {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "./charts/identity",
      values: { config: broken },
    },
    "a text among a chart's values": {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "./charts/identity",
      values: { files: { "config.yaml": stringify(broken) } },
    },
    "a ConfigMap with values": { kind: "ConfigMap", data: { "values.yaml": stringify({ dex: { config: broken } }) } },
    "the values of a HelmRelease": {
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      spec: { chart: { spec: { chart: "dex" } }, values: { config: broken } },
    },
  })) {
    it(`find the same in ${place}`, () => {
      assert.deepEqual(
        verdict({ apiVersion: "v1", ...manifest }).map(([name]) => name),
        names,
      );
    });
  }

  it("find the same in keys of another case, which Dex reads, too", () => {
    const text = stringify(broken)
      .replace("issuer:", "Issuer:")
      .replace("storage:", "STORAGE:")
      .replace("type: memory", "Type: memory")
      .replace("logger:", "Logger:")
      .replace("level:", "LEVEL:")
      .replace("oauth2:", "OAuth2:");
    assert.deepEqual(
      verdict({ apiVersion: "v1", kind: "ConfigMap", data: { "config.yaml": text } }).map(([name]) => name),
      names,
    );
  });

  it("reject a key that stands twice, in different case", () => {
    const text = `${stringify(dexConfig())}EnablePasswordDB: true\n`;
    const [message] = messages(forbidDexStaticPasswords, {
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { "config.yaml": text },
    });
    assert.equal(
      message,
      "forbid-dex-static-passwords can't check this object: enablePasswordDB stands twice in Dex's configuration, in " +
        "different case. What can't be checked is not let through.",
    );
  });

  it("name the field in a chart's values", () => {
    const release = { apiVersion: "helm.sh/v3", kind: "Release", chart: "dex", values: { config: broken } };
    assert.deepEqual(
      verdict(release).map(([, field]) => field),
      [
        "values.config.issuer",
        "values.config.oauth2.grantTypes",
        "values.config.storage.type",
        "values.config.logger.level",
      ],
    );
  });

  it("report a text that is unknown at preview as not checked", () => {
    const manifest = { ...configured(), data: { "config.yaml": unknownStringValue } };
    for (const rule of rules) {
      const found = run(rule, unknownCheckingProxy(manifest), context);
      assert.deepEqual(
        found.map(({ kind, field }) => [kind, field]),
        [["unchecked", 'data["config.yaml"]']],
      );
    }
  });

  it("report a value of a chart that is unknown at preview as not checked, and look at the others", () => {
    const release = {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "dex",
      values: { config: { ...broken, issuer: unknownStringValue } },
    };
    const found = run(requireDexHttps, unknownCheckingProxy(release), context);
    assert.deepEqual(
      found.map(({ kind, field }) => [kind, field]),
      [["unchecked", "values.config.issuer"]],
    );
  });

  it("leave a text that can't be read to forbid-skip-verify", () => {
    const manifest = { apiVersion: "v1", kind: "ConfigMap", data: { "dex.yaml": "issuer: [\nstorage: {}" } };
    assert.deepEqual(verdict(manifest), []);
  });
});

describe("require-dex-https", () => {
  it("rejects an http issuer", () => {
    assert.deepEqual(complaints(requireDexHttps, { issuer: "http://dex.auth:5556/dex" }), [
      `${at("issuer")} = "http://dex.auth:5556/dex" is no https:// URL. Write https://.`,
    ]);
  });

  for (const path of ["issuer", "urls.token"]) {
    it(`rejects an http address of a provider in ${path}`, () => {
      assert.deepEqual(complaints(requireDexHttps, { [`connectors[0].config.${path}`]: "http://login.example.com" }), [
        `${at(`connectors[0].config.${path}`)} = "http://login.example.com" is plain HTTP. ` +
          "Write https://, and name a private CA in rootCAs.",
      ]);
    });
  }
});

describe("require-dex-storage", () => {
  const mend = "Write kubernetes, postgres, mysql or etcd.";

  for (const type of ["memory", "sqlite3", "somethingNew"]) {
    it(`rejects ${type}`, () => {
      assert.deepEqual(complaints(requireDexStorage, { "storage.type": type }), [
        `${at("storage.type")} = "${type}" is gone with the pod. ${mend}`,
      ]);
    });
  }

  it("rejects a configuration without one", () => {
    assert.deepEqual(complaints(requireDexStorage, { storage: undefined }), [
      `${at("storage.type")} isn't set. ${mend}`,
    ]);
  });

  for (const type of ["kubernetes", "postgres", "mysql", "etcd"]) {
    it(`lets ${type} pass`, () => {
      assert.deepEqual(complaints(requireDexStorage, { "storage.type": type }), []);
    });
  }
});

describe("limit-dex-log-level", () => {
  for (const level of ["debug", "DEBUG", "info-4", "trace"]) {
    it(`rejects ${level}`, () => {
      assert.deepEqual(complaints(limitDexLogLevel, { "logger.level": level }), [
        `${at("logger.level")} = "${level}" is more than info, warn or error. Write info.`,
      ]);
    });
  }

  it("lets the default pass", () => {
    assert.deepEqual(complaints(limitDexLogLevel, { logger: undefined }), []);
  });
});

describe("forbid-dex-inline-secrets", () => {
  const rule = forbidDexInlineSecrets;
  const holds = "holds a secret that everybody can read who may read this object.";

  for (const path of [
    "staticClients[0].secret",
    "connectors[0].config.clientSecret",
    "connectors[0].config.bindPW",
    "storage.config.password",
    "sessions.cookieEncryptionKey",
  ]) {
    it(`rejects a text in ${path}`, () => {
      assert.deepEqual(complaints(rule, { [path]: "correct horse" }), [
        `${at(path)} ${holds} Put it into a Secret, and name its variable here.`,
      ]);
    });

    it(`lets a variable pass in ${path}`, () => {
      assert.deepEqual(complaints(rule, { [path]: "$NAME" }), []);
      assert.deepEqual(complaints(rule, { [path]: "${NAME}" }), []);
    });
  }

  it("rejects a password's hash", () => {
    assert.deepEqual(complaints(rule, { staticPasswords: [{ email: "user@example.com", hash: "$2y$12$abc" }] }), [
      `${at("staticPasswords[0].hash")} holds a password's hash that everybody can read who may read this object. ` +
        "Put it into a Secret, and name its variable in hashFromEnv.",
    ]);
  });

  it("lets a configuration in a Secret pass", () => {
    const text = stringify(dexConfig({ "staticClients[0].secret": "correct horse" }));
    assert.deepEqual(messages(rule, { apiVersion: "v1", kind: "Secret", stringData: { "config.yaml": text } }), []);
  });
});

describe("require-dex-tls-version", () => {
  for (const listener of ["web", "grpc"]) {
    it(`rejects TLS 1.0 and 1.1 of ${listener}`, () => {
      for (const version of ["1.0", "1.1"]) {
        assert.deepEqual(complaints(requireDexTlsVersion, { [`${listener}.tlsMinVersion`]: version }), [
          `${at(`${listener}.tlsMinVersion`)} = "${version}" is neither "1.2" nor "1.3". Write "1.2".`,
        ]);
      }
    });
  }

  it("lets 1.2 and 1.3 pass", () => {
    assert.deepEqual(complaints(requireDexTlsVersion, { "web.tlsMinVersion": "1.2", "grpc.tlsMinVersion": "1.3" }), []);
  });
});

describe("forbid-open-dex-api", () => {
  it("rejects an API without client certificates", () => {
    assert.deepEqual(
      complaints(forbidOpenDexApi, { grpc: { addr: "0.0.0.0:5557", tlsCert: "/crt", tlsKey: "/key" } }),
      [
        `${at("grpc.tlsClientCA")} isn't set, so whoever reaches "0.0.0.0:5557" makes users. Name a CA, or remove grpc.`,
      ],
    );
  });

  it("lets one with client certificates pass, and one of the pod's own", () => {
    assert.deepEqual(complaints(forbidOpenDexApi, { grpc: { addr: "0.0.0.0:5557", tlsClientCA: "/ca" } }), []);
    assert.deepEqual(complaints(forbidOpenDexApi, { grpc: { addr: "127.0.0.1:5557" } }), []);
  });
});

describe("limit-dex-origins", () => {
  for (const origin of ["*", "http://kubeflow.example.com", "https://*.example.com", "null"]) {
    it(`rejects ${origin}`, () => {
      assert.deepEqual(complaints(limitDexOrigins, { "web.allowedOrigins": [origin] }), [
        `${at("web.allowedOrigins[0]")} = "${origin}" is no single https:// origin. Name the origins.`,
      ]);
    });
  }

  it("lets a named one pass", () => {
    assert.deepEqual(complaints(limitDexOrigins, { "web.allowedOrigins": ["https://kubeflow.example.com"] }), []);
  });
});
