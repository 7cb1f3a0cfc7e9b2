import assert from "node:assert/strict";
import { forbidPlainListeners } from "../../../../policy/rules/oauth2-proxy/forbid-plain-listeners";
import { together } from "../../support";
import { configured, workload } from "./fixtures";

describe("forbid-plain-listeners", () => {
  const tls = { https_address: "0.0.0.0:4443", tls_cert_file: "/tls/tls.crt", tls_key_file: "/tls/tls.key" };
  const said = (changes: Record<string, unknown>) =>
    together(forbidPlainListeners, [workload(), configured({ ...tls, ...changes })]).map(([, message]) => message);

  it("lets a proxy pass that serves TLS alone", () => {
    assert.deepEqual(said({}), []);
  });

  it("rejects a plain listener beside TLS", () => {
    assert.deepEqual(said({ http_address: "0.0.0.0:4180" }), [
      'data["oauth2_proxy.cfg"]: http_address = "0.0.0.0:4180" is served in plain HTTP beside TLS. ' +
        'Write http_address = "-", or remove it.',
    ]);
  });

  for (const address of [":4180", "http://:4180", "[::]:4180", "localhost.example.com:4180", "128.0.0.1:4180"]) {
    it(`rejects ${address}`, () => assert.equal(said({ http_address: address }).length, 1));
  }

  for (const address of ["", "-", "127.0.0.1:4180", "http://localhost:4180", "[::1]:4180", "unix:/run/proxy.sock"]) {
    it(`lets ${JSON.stringify(address)} pass, which others don't reach`, () => {
      assert.deepEqual(said({ http_address: address }), []);
    });
  }

  it("leaves a proxy without a certificate to the mesh", () => {
    assert.deepEqual(said({ https_address: undefined, tls_cert_file: undefined, http_address: "0.0.0.0:4180" }), []);
  });

  it("sees a flag", () => {
    const flags = workload({ args: ["--config=/etc/proxy/oauth2_proxy.cfg", "--http-address=:4180"] });
    assert.equal(together(forbidPlainListeners, [flags, configured(tls)]).length, 1);
  });

  it("rejects one of an alpha configuration, and no listener for metrics", () => {
    const certificate = { cert: { fromFile: "/tls/tls.crt" }, key: { fromFile: "/tls/tls.key" } };
    const plain = { bindAddress: "0.0.0.0:4180", secureBindAddress: ":4443", tls: certificate };
    const alpha = (text: object) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { "oauth2_proxy.yml": JSON.stringify(text) },
    });
    assert.equal(together(forbidPlainListeners, [alpha({ server: plain })]).length, 1);
    assert.equal(
      together(forbidPlainListeners, [alpha({ server: { tls: certificate }, metricsServer: plain })]).length,
      0,
    );
  });
});
