import assert from "node:assert/strict";
import { secretsInTheOpen } from "../../../acceptance/checks/failClosed/secretsInTheOpen";
import { contextFor, fakeGate } from "../fakeGate";
import { MemoryApi, notFound } from "../cluster/memoryApi";

const password = "the-directory's-password";
const base64 = (text: string) => Buffer.from(text).toString("base64");

interface Cluster {
  /** Of Dex. */
  configMap?: string;
  argument?: string;
  annotation?: string;
}

describe("fail-closed/secrets-in-the-open", () => {
  const outcome = async ({ configMap = "host: ldap.example.com", argument = "serve", annotation = "" }: Cluster) => {
    const env = [{ name: "BIND", valueFrom: { secretKeyRef: { name: "directory", key: "value" } } }];
    const volumes = [{ secret: { secretName: "files" } }, { projected: { sources: [{ secret: { name: "absent" } }] } }];
    const pod = {
      metadata: { name: "dex-1", annotations: { note: annotation } },
      spec: { containers: [{ name: "dex", args: [argument], env }], volumes },
    };
    const answers: Record<string, unknown> = {
      pods: { items: [pod] },
      configmaps: { items: [{ metadata: { name: "dex" }, data: { "config.yaml": configMap, "ca.crt": certificate } }] },
      "secrets/directory": { data: { value: base64(`${password}\n`), user: base64("ldap.example.com") } },
      "secrets/files": {
        data: { "ca.crt": base64(certificate), short: base64("host"), key: base64("another-secret") },
      },
    };
    const api = new MemoryApi(({ path }) => {
      const [, namespace, rest] = /^\/api\/v1\/namespaces\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
      if (rest === undefined) {
        return namespace === undefined
          ? notFound()
          : { metadata: { labels: { "app.kubernetes.io/part-of": "kubeflow-gatehouse" } } };
      }
      return namespace === "auth" ? (answers[rest] ?? notFound()) : { items: [] };
    });
    const gate = await fakeGate(() => ({}));
    const context = contextFor(gate.target, AbortSignal.timeout(10_000));
    await secretsInTheOpen(() => api).run(context);
    await gate.close();
    return context.probe;
  };

  it("passes where secrets are in Secrets alone, and looks at those that pods take", async () => {
    const { faults, right } = await outcome({});
    assert.deepEqual(faults, []);
    // Neither a certificate, nor what is too short to be one, nor a key that no pod takes.
    assert.deepEqual(right, [
      "value of the Secret auth/directory stands in none of 2 ConfigMaps and pods",
      "key of the Secret auth/files stands in none of 2 ConfigMaps and pods",
    ]);
  });

  const places: [where: string, cluster: Cluster, said: RegExp][] = [
    ["a ConfigMap", { configMap: `bindPW: ${password}` }, /it stands in the ConfigMap dex$/],
    ["a ConfigMap, in Base64", { configMap: `bindPW: ${base64(password)}` }, /it stands in the ConfigMap dex$/],
    ["an argument", { argument: `--password=${password}` }, /it stands in the pod dex-1$/],
    ["an annotation", { annotation: password }, /it stands in the pod dex-1$/],
  ];
  for (const [where, cluster, said] of places) {
    it(`finds a secret in ${where}, and doesn't say it`, async () => {
      const { faults } = await outcome(cluster);
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", said);
      assert.ok(!faults.join().includes(password));
    });
  }
});

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
