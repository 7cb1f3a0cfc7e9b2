import { strict as assert } from "node:assert";
import { recordEverything } from "../program/record";
import { type Recording } from "../program/recording";

describe("the private CA", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("is an ECDSA key and a certificate that may sign others, and nothing else", () => {
    assert.deepEqual(recording.resource("tls:index/privateKey:PrivateKey", "ca-1").inputs, {
      algorithm: "ECDSA",
      ecdsaCurve: "P384",
    });
    const { privateKeyPem, ...certificate } = recording.resource(
      "tls:index/selfSignedCert:SelfSignedCert",
      "ca-1",
    ).inputs;
    assert(privateKeyPem);
    assert.deepEqual(certificate, {
      isCaCertificate: true,
      subject: { commonName: "Kubeflow Gatehouse private CA 1", organization: "Kubeflow Gatehouse" },
      validityPeriodHours: 87600,
      allowedUses: ["cert_signing", "crl_signing"],
      setSubjectKeyId: true,
    });
  });

  it("issues through a ClusterIssuer that the program waits for", () => {
    const issuer = recording.object<{ spec: object }>("ClusterIssuer", "gatehouse-ca-1");
    assert.deepEqual(issuer.spec, { ca: { secretName: "gatehouse-ca-1" } });
    assert.equal(issuer.metadata.annotations?.["pulumi.com/waitFor"], "condition=Ready");
  });

  for (const [name, dnsNames] of [
    ["gatehouse-edge", ["kubeflow.example.com", "*.kubeflow.example.com"]],
    ["gatehouse-internal", ["gatehouse-internal.ingress.svc.cluster.local"]],
  ] as const) {
    it(`issues ${name}`, () => {
      const certificate = recording.object<{ spec: object }>("Certificate", name, "ingress");
      assert.equal(certificate.metadata.annotations?.["pulumi.com/waitFor"], "condition=Ready");
      assert.deepEqual(certificate.spec, {
        secretName: name,
        dnsNames,
        duration: "2160h",
        renewBefore: "360h",
        subject: { organizations: ["Kubeflow Gatehouse"] },
        usages: ["digital signature", "server auth"],
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        revisionHistoryLimit: 1,
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "gatehouse-ca-1" },
      });
    });
  }
});
