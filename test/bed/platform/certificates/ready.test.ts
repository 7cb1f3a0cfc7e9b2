import assert from "node:assert/strict";
import { certificatesReady } from "../../../../bed/platform/certificates/ready";
import { type KubernetesObject, nameOf } from "../../../../bed/platform/cluster/object";

const object = (kind: string, namespace: string | undefined, name: string, spec: object): KubernetesObject => ({
  apiVersion: "cert-manager.io/v1",
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: spec as NonNullable<KubernetesObject["spec"]>,
});
const certificate = (name: string, kind: string, issuer: string, namespace = "ingress") =>
  object("Certificate", namespace, name, { issuerRef: { kind, name: issuer } });
const issuer = (name: string, challenge: "http01" | "dns01") =>
  object("Issuer", "ingress", name, { acme: { solvers: [{ [challenge]: {} }] } });

/** The objects that were asked about. */
async function lookedAt(objects: readonly KubernetesObject[], ready: (path: string) => boolean = () => true) {
  const asked = new Set<string>();
  await certificatesReady(
    objects,
    {
      pathOf: (each) => Promise.resolve(nameOf(each as KubernetesObject)),
      get: <T>(path: string) => {
        asked.add(path);
        const status = {
          conditions: [{ type: "Ready", status: ready(path) ? "True" : "False", observedGeneration: 1 }],
        };
        return Promise.resolve({ ...object("", undefined, "", {}), status } as T);
      },
    },
    0.01,
  );
  return [...asked];
}

describe("the certificates that the bed waits for", () => {
  it("are those of the private CA and of DNS-01, and the CA itself", async () => {
    const objects = [
      object("ClusterIssuer", undefined, "ca", { ca: {} }),
      certificate("internal", "ClusterIssuer", "ca"),
      issuer("acme", "dns01"),
      certificate("edge", "Issuer", "acme"),
    ];
    assert.deepEqual(await lookedAt(objects), [
      "ClusterIssuer ca",
      "Certificate ingress/internal",
      "Certificate ingress/edge",
    ]);
  });

  it("are not those of HTTP-01, which come after the gateway", async () => {
    const objects = [issuer("acme", "http01"), certificate("edge", "Issuer", "acme")];
    assert.deepEqual(await lookedAt(objects), []);
  });

  it("are those of another issuer with the same name", async () => {
    const objects = [
      issuer("acme", "http01"),
      certificate("cluster", "ClusterIssuer", "acme"),
      certificate("elsewhere", "Issuer", "acme", "other"),
    ];
    assert.equal((await lookedAt(objects)).length, 2);
  });

  it("fail where one is not ready in time", async () => {
    await assert.rejects(lookedAt([certificate("edge", "ClusterIssuer", "ca")], () => false));
  });
});
