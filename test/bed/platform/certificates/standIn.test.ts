import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type Api } from "../../../../bed/platform/cluster/api";
import { signCertificates } from "../../../../bed/platform/certificates/standIn";
import { makeAuthority } from "../../../../bed/platform/values/authority";
import { Failure } from "../../../../cli/exit";
import { type PlainObject } from "../../../../cli/manifests/shape";
import { FakeCluster } from "../fakeCluster";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("the bed in cert-manager's place", () => {
  let cluster: FakeCluster;
  let api: Api;
  before(async () => {
    cluster = new FakeCluster();
    api = await cluster.start();
  });
  after(() => cluster.stop());

  const issuerWith = async (name: string) => {
    const made = await makeAuthority({ commonName: name, organization: "O", validityHours: 48 });
    await api.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: "cert-manager" },
      data: { "tls.crt": base64(made.certificatePem), "tls.key": base64(made.keyPem) },
    });
    await api.apply({
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name },
      spec: { ca: { secretName: name } },
    });
    return made;
  };
  const certificate = (issuer: Record<string, string>, change: PlainObject = {}) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "edge", namespace: "ingress" },
    spec: {
      secretName: "edge",
      dnsNames: ["a.example.com"],
      duration: "24h",
      renewBefore: "1h",
      usages: ["digital signature", "server auth"],
      privateKey: { algorithm: "ECDSA", size: 256 },
      issuerRef: issuer,
      ...change,
    },
  });
  const asListed = () => {
    // A list of custom resources has its items in all namespaces.
    cluster.answer = ({ method, path }) =>
      method === "GET" && path === "/apis/cert-manager.io/v1/certificates"
        ? { body: { items: [...cluster.objects.values()].filter(({ kind }) => kind === "Certificate") } }
        : undefined;
  };
  const secret = () =>
    cluster.objects.get("/api/v1/namespaces/ingress/secrets/edge") as { type: string; data: Record<string, string> };
  const ref = (name: string) => ({ kind: "ClusterIssuer", name });

  it("signs each Certificate once, again when it changes or its issuer does, and before its end", async () => {
    asListed();
    const ca = await issuerWith("ca-1");
    await api.apply(certificate(ref("ca-1")));
    assert.deepEqual(await signCertificates(api), {
      certificates: ["Certificate ingress/edge"],
      signed: ["Certificate ingress/edge"],
    });
    assert.equal(secret().type, "kubernetes.io/tls");
    assert.equal(secret().data["ca.crt"], base64(ca.certificatePem));
    const leaf = new X509Certificate(Buffer.from(secret().data["tls.crt"] ?? "", "base64"));
    assert.ok(leaf.verify(new X509Certificate(ca.certificatePem).publicKey));

    const signedAgain = async () => (await signCertificates(api)).signed.length;
    assert.equal(await signedAgain(), 0);
    await api.apply(certificate(ref("ca-1"), { dnsNames: ["b.example.com"] }));
    assert.equal(await signedAgain(), 1);
    await issuerWith("ca-2");
    await api.apply(certificate(ref("ca-2")));
    assert.equal(await signedAgain(), 1);
    // The same Certificate, and a CA of the same name that is another.
    await issuerWith("ca-2");
    assert.equal(await signedAgain(), 1);
    await api.apply(certificate(ref("ca-2"), { duration: "2h", renewBefore: "2h" }));
    assert.equal(await signedAgain(), 1);
    assert.equal(await signedAgain(), 1, "its time to be renewed has come already");
  });

  it("fails for what it cannot sign", async () => {
    asListed();
    for (const [issuer, change, said] of [
      [{ kind: "Issuer", name: "ca-1" }, {}, /its issuer is a Issuer/],
      [ref("nobody"), {}, /not found/],
      [ref("ca-1"), { isCA: true, secretName: "other" }, /asks for isCA/],
    ] as const) {
      await api.apply(certificate(issuer, change));
      await assert.rejects(signCertificates(api), (error) => {
        assert.ok(error instanceof Failure);
        assert.match(error.message, /Certificate ingress\/edge could not be signed/);
        assert.match(error.details, said);
        return true;
      });
    }
  });
});
