import assert from "node:assert/strict";
import { readSurroundings } from "../../../../bed/platform/cluster/surroundings";
import { type Api } from "../../../../bed/platform/cluster/api";

const slices = (name: string) =>
  `/apis/discovery.k8s.io/v1/namespaces/${name === "kubernetes" ? "default" : "kube-system"}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${name}`;

const answers: Record<string, unknown> = {
  [slices("kubernetes")]: {
    items: [
      {
        endpoints: [{ addresses: ["172.18.0.2"] }, { addresses: ["fd00::2"] }],
        ports: [{ name: "https", port: 6443 }],
      },
    ],
  },
  [slices("kube-dns")]: {
    items: [
      {
        ports: [
          { name: "dns", port: 5353 },
          { name: "dns-tcp", port: 5353 },
          { name: "metrics", port: 9153 },
        ],
      },
    ],
  },
  "/api/v1/namespaces/kube-system/services/kube-dns": {
    spec: { selector: { "k8s-app": "names" }, ports: [{ name: "dns", port: 53, targetPort: 1053 }] },
  },
  "/.well-known/openid-configuration": { issuer: "https://issuer.example.com" },
  "/openid/v1/jwks": { keys: [{ kty: "RSA" }] },
};

function cluster(changes: Record<string, unknown> = {}): Api {
  const get = (path: string) => Promise.resolve({ ...answers, ...changes }[path]);
  return { get, list: async (path: string) => ((await get(path)) as { items: unknown[] }).items } as unknown as Api;
}

describe("what the bed reads of its cluster", () => {
  it("is where the API server and the names are, and who issues tokens", async () => {
    assert.deepEqual(await readSurroundings(cluster()), {
      apiServer: { cidrs: ["172.18.0.2/32", "fd00::2/128"], ports: [6443] },
      dns: { namespace: "kube-system", podLabels: ["k8s-app=names"], ports: [5353] },
      issuer: { url: "https://issuer.example.com", jwks: '{"keys":[{"kty":"RSA"}]}' },
    });
  });

  it("has the DNS port of the Service while its pods are not there", async () => {
    const { dns } = await readSurroundings(cluster({ [slices("kube-dns")]: { items: [] } }));
    assert.deepEqual(dns.ports, [1053]);
  });

  it("fails for an API server without endpoints and a DNS without pods", async () => {
    await assert.rejects(readSurroundings(cluster({ [slices("kubernetes")]: { items: [] } })), /not ready/);
    const nobody = { "/api/v1/namespaces/kube-system/services/kube-dns": { spec: { ports: [] } } };
    await assert.rejects(readSurroundings(cluster(nobody)), /selects no pods/);
  });
});
