import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type GeneratedValue } from "../../cli/manifests/generated";
import { filesIn, preview, reportOf, type Run, temporaryFolder } from "./gatehouse";

/** Every secret of the fixture ends with this; so do the ciphertexts of its settings. */
const mark = /hunter2|aHVudGVyMg|h1bnRlcjI|odW50ZXIy|undecrypted/;

describe("a preview of a program with secrets in every place", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  let text: Run;
  let json: Run;
  let files: Map<string, string>;
  before(async function () {
    this.timeout(60_000);
    text = await preview("secrets", ["--out", folder.path("out")]);
    // Somebody filled a secret in by hand: the comparison must not show what it finds there.
    const edited = folder.path("out", "4-gate", "vault", "secret-typed.yaml");
    const content = readFileSync(edited, "utf8").replace(/^data:.*\n/m, "");
    writeFileSync(edited, `${content}data:\n  by: aGFuZC1odW50ZXIy\n`);
    json = await preview("secrets", ["--json", "--out", folder.path("out"), "--against", folder.path("out")]);
    files = filesIn(folder.path("out"));
  });

  it("shows none of them in text, in JSON, in messages of policies, or in what the program printed", () => {
    assert.equal(text.code, 0, text.stderr);
    assert.equal(json.code, 0, json.stderr);
    for (const output of [text.stdout, text.stderr, json.stdout, json.stderr]) {
      assert.doesNotMatch(output, mark);
    }
    assert.match(text.stdout, /The token \[secret\] is short\./);
    assert.match(text.stderr, /the program prints \[secret\]/);
  });

  it("writes none of them", () => {
    for (const [name, content] of files) {
      assert.doesNotMatch(content, mark, name);
    }
  });

  it("writes what is not secret beside them", () => {
    const settings = files.get("4-gate/vault/configmap-settings.yaml") ?? "";
    assert.match(settings, /^data:\n {2}open: open\n$/m);
    const vault = files.get("4-gate/vault/deployment-vault.yaml") ?? "";
    assert.match(vault, /args:\n\s+- --token\n\s+- --verbose\n/);
    assert.match(vault, /env:\n\s+- name: TOKEN\n/);
  });

  it("lists each of them by object and key, with the setting that it comes from where there is one", () => {
    const generated = JSON.parse(files.get("generated.json") ?? "") as GeneratedValue[];
    const found = generated.map(({ kind, name, path, why, from }) => [`${kind} ${name} ${path}`, why, ...from]);
    assert.deepEqual(found.sort(), [
      ["ConfigMap settings data.connector", "secret", "config:secrets:connector.clientSecret"],
      ["ConfigMap settings data.copy", "secret"],
      ["ConfigMap settings data.token", "secret"],
      ["ConfigMap settings metadata.annotations.careless", "secret", "config:secrets:token"],
      ["ConfigMap settings metadata.annotations.note", "secret"],
      ["Deployment vault spec.template.spec.containers[0].args[1]", "secret"],
      ["Deployment vault spec.template.spec.containers[0].env[0].value", "secret"],
      ["Secret typed data.encoded", "secret"],
      ["Secret typed stringData.literal", "secret"],
      ["Secret typed stringData.plain", "secret"],
      ["Secret typed stringData.top", "secret", "config:secrets:token"],
      ["Vault custom spec", "secret"],
    ]);
  });

  it("names the place of a change in a Secret, not its value", () => {
    const { changes } = reportOf(json);
    assert.deepEqual(
      changes?.changed.map(({ object, paths }) => [object.kind, paths]),
      [["Secret", ["data.by"]]],
    );
  });

  it("says of an output that it is secret", () => {
    const { outputs } = reportOf(json);
    assert.deepEqual(outputs.password, { value: "[secret]", secret: true, unknown: false });
    assert.deepEqual(outputs.nested, { value: { inner: ["[secret]"], open: "open" }, secret: true, unknown: false });
  });
});
