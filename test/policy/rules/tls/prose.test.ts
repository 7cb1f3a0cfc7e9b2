/** Texts for people name switches, mostly to forbid them. */
import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { messages } from "../../support";
import { configMap, oauth2ProxyToml } from "./fixtures";

const prose = "# Hardening\nNever write `ssl_insecure_skip_verify = true`, nor use `curl -k`.\n";

const policy = (validate: object): Manifest => ({
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  metadata: { name: "no-skip" },
  spec: { rules: [{ name: "x", validate }] },
});

describe("forbid-skip-verify in texts for people", () => {
  for (const name of ["README.md", "NOTES.txt", "guide.RST"]) {
    it(`lets ${name} name a switch`, () => assert.deepEqual(messages(rule, configMap({ [name]: prose })), []));
  }

  it("finds it in the same text under another name, and where a system would run it", () => {
    assert.equal(messages(rule, configMap({ "README.sh": prose })).length, 1);
    assert.equal(messages(rule, configMap({ "run.txt": "#!/bin/sh\ncurl -k https://a\n" })).length, 1);
  });

  it("finds it in a configuration of such a name", () => {
    const text = oauth2ProxyToml.replace("ssl_insecure_skip_verify = false", "ssl_insecure_skip_verify = true");
    assert.equal(messages(rule, configMap({ "proxy.txt": text })).length, 1);
    assert.equal(messages(rule, configMap({ "values.txt": "tls:\n  insecureSkipVerify: true\n" })).length, 1);
  });

  for (const key of ["message", "description", "summary"]) {
    it(`lets a field named ${key} say what is forbidden`, () => {
      for (const text of [
        "insecureSkipVerify = true is forbidden, as is curl -k",
        "insecureSkipVerify: true is forbidden",
      ]) {
        assert.deepEqual(messages(rule, policy({ [key]: text })), []);
      }
    });
  }

  it("finds it in a field of another name, and where the name itself is the switch", () => {
    assert.equal(messages(rule, policy({ command: "curl -k https://a" })).length, 1);
    assert.equal(messages(rule, policy({ message: "tls:\n  insecureSkipVerify: true\n" })).length, 1);
    assert.equal(messages(rule, policy({ message: '{"insecureSkipVerify": true}' })).length, 1);
    assert.equal(messages(rule, policy({ message: { insecureSkipVerify: true } })).length, 1);
  });
});
