import { strict as assert } from "node:assert";
import { everythingInput } from "../../stacks/everything";
import { changed, raw, settingsOf } from "../stacks/fixture";
import { openSecrets, secretsIn as secretsOf } from "../program/openSecrets";
import { recordIndex, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { Secret, textsIn, withoutMarks } from "../program/values";

const configured = "a client secret of the provider's";
const withSecret = changed(everythingInput, "identity.connectors[0].clientSecret", configured);

const secretsIn = (text: string) => secretsOf(text, [configured]);

describe("a secret", () => {
  let recording: Recording;
  before(async () => {
    const { values, project, stack } = raw(withSecret);
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]));
    recording = await recordIndex({ stack, config, secretKeys: [`${project}:identity`] });
  });

  it("is never in any input or output but as a secret", () => {
    const { open, seen } = openSecrets(recording, [configured]);
    assert.deepEqual(open, []);
    // The CA's key (once as input, once in its Secret), the cookie secret, the client secret twice, a hash, a password.
    assert(seen >= 8, `only ${seen} secrets were seen, so this test would notice nothing`);
  });

  it("is nowhere but in Secrets, the CA's certificate request and the secret outputs", () => {
    const holders = recording.resources
      .filter(({ inputs }) => [...textsIn(inputs)].some(({ text }) => secretsIn(text).length > 0))
      .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    assert.deepEqual(
      holders.sort(),
      ["SelfSignedCert ca-1", "Secret ca-1", "Secret dex", "Secret oauth2-proxy"].sort(),
    );
    const outputs = Object.entries(recording.stackOutputs).filter(([, value]) => value instanceof Secret);
    assert.deepEqual(
      outputs.map(([name, value]) => [name, withoutMarks(value)]),
      [
        ["machineClientSecrets", { ci: "<generated result of dex-machine-ci-1>" }],
        ["staticPasswords", { "user@example.com": "<generated result of dex-user@example.com-1>" }],
      ],
    );
  });

  it("is never part of a name, a label or an annotation", () => {
    for (const { manifest } of recording.objects) {
      assert.deepEqual(secretsIn(JSON.stringify(manifest.metadata)), []);
    }
  });

  it("is in these keys of these Secrets, and nothing else is", () => {
    const contents = recording
      .all<{ stringData: Record<string, string>; type?: string }>("Secret")
      .map(({ metadata, stringData, type }) => [`${metadata.namespace}/${metadata.name}`, type, stringData]);
    assert.deepEqual(Object.fromEntries(contents.map(([name, type, data]) => [name, [type, data]])), {
      "cert-manager/gatehouse-ca-1": [
        "kubernetes.io/tls",
        { "tls.crt": "<generated certPem of ca-1>", "tls.key": "<generated privateKeyPem of ca-1>" },
      ],
      // The CA's key goes nowhere else.
      "istio-system/gatehouse-ca": [undefined, { "extra.pem": "<generated certPem of ca-1>" }],
      "auth/gatehouse-ca": [undefined, { "ca.crt": "<generated certPem of ca-1>" }],
      "auth/dex": [
        undefined,
        {
          OAUTH2_PROXY_CLIENT_SECRET: "<generated result of client-secret-1>",
          STATIC_PASSWORD_HASH_0: "<generated bcryptHash of dex-user@example.com-1>",
          CONNECTOR_CLIENT_SECRET_0: configured,
          MACHINE_CLIENT_SECRET_0: "<generated result of dex-machine-ci-1>",
        },
      ],
      "auth/oauth2-proxy": [
        undefined,
        {
          "cookie-secret": "<generated base64 of oauth2-proxy-cookie-1>",
          "client-secret": "<generated result of client-secret-1>",
        },
      ],
    });
  });

  it("comes to a container by reference, never as a value", () => {
    const env = recording
      .all<Workload>("Deployment")
      .flatMap(({ spec }) => spec.template.spec.containers.flatMap((container) => container.env ?? []));
    assert(env.length > 3);
    for (const { name, value } of env) {
      assert.equal(value, undefined, name);
    }
  });

  it("is made anew when its number is raised, and only then", async () => {
    const lengths = (of: Recording) =>
      Object.fromEntries(
        ["random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes"].flatMap((type) =>
          of.resourcesOf(type).map(({ name, inputs }) => [name, inputs]),
        ),
      );
    assert.deepEqual(lengths(recording), {
      "client-secret-1": { length: 48, special: false },
      "dex-machine-ci-1": { length: 40, special: false },
      "dex-user@example.com-1": { length: 24, special: false },
      "oauth2-proxy-cookie-1": { length: 32 },
    });
    const rotated = await recordPlatform(
      settingsOf(
        changed(everythingInput, "rotation", {
          cookieSecret: 3,
          clientSecret: 4,
          staticPasswords: 5,
          machineClients: 6,
        }),
      ),
    );
    assert.deepEqual(Object.keys(lengths(rotated)).sort(), [
      "client-secret-4",
      "dex-machine-ci-6",
      "dex-user@example.com-5",
      "oauth2-proxy-cookie-3",
    ]);
  });
});

describe("oauth2-proxy's cookie secret", () => {
  it("is in the URL-safe alphabet, because oauth2-proxy takes the other one for 44 raw bytes", async () => {
    const recording = await recordPlatform(settingsOf(withSecret, { secretKeys: ["identity"] }));
    const made = recording.object<{ stringData: Record<string, string> }>("Secret", "oauth2-proxy", "auth").stringData;
    assert.doesNotMatch(made["cookie-secret"] ?? "", /[+/]/);
  });
});

interface Workload {
  spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
}
