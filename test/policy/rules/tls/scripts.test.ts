import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { messages } from "../../support";
import { mend } from "./fixtures";

/** A script the way Kubeflow 1.9 shipped one, but verifying. */
const compliant = `#!/bin/sh
set -e
# --insecure would trust anybody
ARGS="--ssl-insecure-skip-verify=false"
curl -s --cacert /etc/ca.crt \\
  --url "\${RESOURCE_URL}"
exec oauth2-proxy $ARGS
`;

function script(text: string): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { "run.sh": text } };
}

const curl = "turns certificate verification off (curl). Remove it, and name the CA instead.";

describe("forbid-skip-verify in scripts and templates", () => {
  it("lets a script pass that verifies", () => {
    assert.deepEqual(messages(rule, script(compliant)), []);
  });

  const mutations: [string, [string, string], string][] = [
    [
      "a flag in a variable",
      ["skip-verify=false", "skip-verify"],
      `line 4: --ssl-insecure-skip-verify has no value, which means true, and turns certificate verification off. ${mend} in provider_ca_files.`,
    ],
    [
      "a flag whose value is a parameter",
      ["skip-verify=false", "skip-verify=${ALLOW_SELF_SIGNED_ISSUER:-true}"],
      'line 4: --ssl-insecure-skip-verify = "${ALLOW_SELF_SIGNED_ISSUER:-true}" is neither true nor false, so nobody can ' +
        "say whether certificate verification is on. Write false, or remove it.",
    ],
    [
      "an exported variable",
      ["set -e", "export ALLOW_SELF_SIGNED_ISSUER=true"],
      `line 2: ALLOW_SELF_SIGNED_ISSUER = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
    ],
    [
      "curl --insecure on a continued line",
      ["--cacert /etc/ca.crt \\", "\\\n  --insecure \\"],
      `line 6: --insecure ${curl}`,
    ],
    ["curl -k", ["--cacert /etc/ca.crt \\", "-k \\"], `line 5: -k ${curl}`],
    ["curl -k on a continued line", ["--cacert /etc/ca.crt \\", "\\\n  -k \\"], `line 6: -k ${curl}`],
    ["curl -k among other letters", ["curl -s --cacert /etc/ca.crt", "curl -sSkL"], `line 5: -sSkL ${curl}`],
    [
      "wget --no-check-certificate",
      ["set -e", "wget --no-check-certificate https://x"],
      `line 2: --no-check-certificate has no value, which means true, and turns certificate verification off. ${mend}.`,
    ],
    [
      "git's http.sslVerify=false",
      ["set -e", "git -c http.sslVerify=false clone https://x"],
      'line 2: http.sslVerify = "false" turns certificate verification off. Set it to true, or remove it; a private CA ' +
        "is trusted by naming it.",
    ],
    [
      "Python's verify=False",
      ["set -e", "python -c 'requests.get(u, verify=False)'"],
      "line 2: verify=False turns certificate verification off (Python). Remove it, and name the CA instead.",
    ],
    [
      "Go's InsecureSkipVerify",
      ["set -e", "tls.Config{InsecureSkipVerify: true}"],
      `line 2: InsecureSkipVerify = "true" turns certificate verification off. ${mend}.`,
    ],
  ];
  for (const [what, [from, to], message] of mutations) {
    it(`rejects ${what}`, () => {
      assert.ok(compliant.includes(from));
      assert.deepEqual(messages(rule, script(compliant.replace(from, () => to))), [`data["run.sh"] ${message}`]);
    });
  }

  const harmless: [string, string][] = [
    ["a variable that is read", 'if [ "$ALLOW_SELF_SIGNED_ISSUER" = "true" ]; then exit 1; fi'],
    ["a variable that is read in braces", 'echo "${ALLOW_SELF_SIGNED_ISSUER}"'],
    ["a template that reads a value", "{{ if .Values.insecureSkipVerify }}no{{ end }}"],
    ["a comparison", "if insecureSkipVerify == true then return end"],
    ["a word in prose", "Never use insecureSkipVerify here"],
    ["a variable that is emptied", "ALLOW_SELF_SIGNED_ISSUER="],
    ["flags of other meaning", "run --skip-provider-button=true --insecure-oidc-skip-nonce=true --no-cache -k8s"],
    ["an option -k of another program", "sort -k 2"],
  ];
  for (const [what, line] of harmless) {
    it(`lets ${what} pass`, () => {
      assert.deepEqual(messages(rule, script(`#!/bin/sh\n${line}\n`)), []);
    });
  }

  it("passes over certificates, whose letters mean nothing", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nnoTLSverify=true\n--insecure\n-----END CERTIFICATE-----\n";
    assert.deepEqual(messages(rule, script(pem)), []);
  });

  it("reads a YAML that doesn't parse as text", () => {
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {},
      data: { "a.yaml": "{{ x }}\ninsecureSkipVerify: true\n" },
    };
    assert.deepEqual(messages(rule, manifest), [
      `data["a.yaml"] line 2: insecureSkipVerify = "true" turns certificate verification off. ${mend}.`,
    ]);
  });
});
