import assert from "node:assert/strict";
import { type Manifest } from "../../../policy/manifest";
import { memberOf } from "../../../policy/rule";
import { forbidDexStaticPasswords as overDex } from "../../../policy/rules/dex/forbid-dex-static-passwords";
import { requireSecureCookies as overProxies } from "../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { run, runTogether } from "../../../policy/run";
import { context, unknownCheckingProxy, unknownObjectValue, unknownStringValue } from "../support";

const secret = (fields: Record<string, unknown>): Manifest =>
  unknownCheckingProxy({ apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "auth" }, ...fields });
const dex = (manifest: Manifest) => run(overDex, manifest, context).map(({ kind, field }) => `${kind} ${field}`);
const proxies = (manifest: Manifest) =>
  runTogether(overProxies, [memberOf(manifest, () => "auth")], context).map(
    ({ finding: { kind, field } }) => `${kind} ${field}`,
  );

describe("a Secret whose values are unknown at preview", () => {
  for (const type of ["kubernetes.io/tls", "kubernetes.io/dockerconfigjson", "kubernetes.io/ssh-auth"]) {
    it(`holds no configuration where Kubernetes reads it: ${type}`, () => {
      const manifest = secret({ type, stringData: unknownObjectValue });
      assert.deepEqual([dex(manifest), proxies(manifest)], [[], []]);
    });
  }

  for (const type of [undefined, "Opaque", "kubernetes.io/tls2", unknownStringValue]) {
    it(`may hold one where programs read it: type ${type === unknownStringValue ? "unknown" : type}`, () => {
      const manifest = secret({ ...(type !== undefined && { type }), stringData: unknownObjectValue });
      assert.deepEqual([dex(manifest), proxies(manifest)], [["unchecked stringData"], ["unchecked stringData"]]);
    });
  }

  it("holds no configuration in a key that Kubernetes reads", () => {
    assert.deepEqual(dex(secret({ type: "kubernetes.io/tls", stringData: { "tls.key": unknownStringValue } })), []);
  });

  it("may hold one in another key, whatever its type is", () => {
    assert.deepEqual(dex(secret({ type: "kubernetes.io/tls", stringData: { "config.yaml": unknownStringValue } })), [
      'unchecked stringData["config.yaml"]',
    ]);
  });

  it("is read where it is known, whatever its type is", () => {
    const config = "issuer: https://a.example.com\nstorage: { type: kubernetes }\nenablePasswordDB: true\n";
    const stringData = { "tls.crt": unknownStringValue, "tls.key": config };
    assert.deepEqual(dex(secret({ type: "kubernetes.io/tls", stringData })), [
      'violation stringData["tls.key"]: enablePasswordDB',
    ]);
  });
});

describe("a map of texts that is none", () => {
  const manifest: Manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, stringData: "hunter2" };

  it("is left to forbid-skip-verify by the rules over Dex", () => {
    assert.deepEqual(dex(manifest), []);
  });

  it("hides no other object from the rules over oauth2-proxy, and is not quoted", () => {
    const found = runTogether(
      overProxies,
      [
        memberOf(manifest, () => "auth"),
        memberOf(
          { apiVersion: "v1", kind: "ConfigMap", data: { "oauth2-proxy.cfg": "cookie_secure = false" } },
          () => "auth",
        ),
      ],
      context,
    );
    assert.deepEqual(
      found.map(({ finding: { field } }) => field),
      ['data["oauth2-proxy.cfg"]: cookie_secure'],
    );
    assert.ok(!JSON.stringify(found.map(({ finding }) => finding)).includes("hunter2"));
  });
});
