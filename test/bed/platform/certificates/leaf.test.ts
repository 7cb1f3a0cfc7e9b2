import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { goDurationMs } from "../../../../bed/platform/certificates/duration";
import { type Authority, type LeafSpec, signLeaf } from "../../../../bed/platform/certificates/leaf";
import { makeAuthority } from "../../../../bed/platform/values/authority";

/** As components/certificateAuthority.ts writes it. */
const spec: LeafSpec = {
  secretName: "edge",
  dnsNames: ["kubeflow.example.com", "*.kubeflow.example.com"],
  duration: "2160h",
  renewBefore: "360h",
  subject: { organizations: ["Kubeflow, Gatehouse + 1"] },
  usages: ["digital signature", "server auth"],
  privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  revisionHistoryLimit: 1,
  issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "ca" },
};

describe("a certificate that the bed signs", () => {
  let authority: Authority;
  before(async () => {
    authority = await makeAuthority({ commonName: "CA", organization: "O, Inc.", validityHours: 24 });
  });

  it("is what cert-manager would issue for the same Certificate", async () => {
    const { keyPem, certificatePem } = await signLeaf({ ...spec, ipAddresses: ["127.0.0.1"] }, authority);
    const leaf = new X509Certificate(certificatePem);
    const issuer = new X509Certificate(authority.certificatePem);
    assert.ok(leaf.verify(issuer.publicKey) && leaf.checkIssued(issuer));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(keyPem)));
    // Node writes it with the escapes of RFC 2253.
    assert.equal(leaf.subject, "O=Kubeflow\\, Gatehouse \\+ 1");
    assert.equal(leaf.subjectAltName, "DNS:kubeflow.example.com, DNS:*.kubeflow.example.com, IP Address:127.0.0.1");
    assert.equal(leaf.ca, false);
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.equal(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom), 2160 * 3_600_000);
  });

  it("is refused when the spec asks for anything that would be left out", async () => {
    for (const [change, said] of [
      [{ isCA: true }, /asks for isCA/],
      [{ usages: ["server auth", "code signing"] }, /usages code signing/],
      [{ privateKey: { algorithm: "RSA", size: 2048 } }, /key of RSA/],
      [{ dnsNames: [] }, /names no host/],
      [{ duration: "90 days" }, /no duration/],
    ] as const) {
      await assert.rejects(signLeaf({ ...spec, ...change } as LeafSpec, authority), said);
    }
  });

  it("lives as long as Go reads the duration", () => {
    assert.equal(goDurationMs("2160h0m0s"), 2160 * 3_600_000);
    assert.equal(goDurationMs("1h30m"), 5_400_000);
    assert.throws(() => goDurationMs(""), /no duration/);
  });
});
