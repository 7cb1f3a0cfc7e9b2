import { strict as assert } from "node:assert";
import { type webcrypto } from "node:crypto";
import { chainMends } from "../../stacks/suppliedCertificate";
import { authority, issue, KeyUsageFlags } from "../acceptance/certificates";
import { problemsOf } from "./fixture";
import * as modes from "./modes";

const rsa = (modulusLength: number) => ({
  name: "RSASSA-PKCS1-v1_5",
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
});
const ec = (namedCurve: string) => ({ name: "ECDSA", namedCurve });
const mend = (found: string) =>
  `its key is ${found}: have one issued for ECDSA P-256, P-384 or P-521, or for RSA of 2048 bits or more`;

/** Of nobody's key. */
const certificates: Readonly<Record<string, string>> = {
  Ed25519: `-----BEGIN CERTIFICATE-----
MIIBczCCASWgAwIBAgIUfWIFapLqKhO7q3YY+RK8LUNFP4QwBQYDK2VwMB8xHTAb
BgNVBAMMFGt1YmVmbG93LmV4YW1wbGUuY29tMCAXDTI2MTEyODA4NTE1NFoYDzIx
MjYxMTA0MDg1MTU0WjAfMR0wGwYDVQQDDBRrdWJlZmxvdy5leGFtcGxlLmNvbTAq
MAUGAytlcAMhAB/zyGkUajWOI5MAZH7NMSB5TzK8xRDjZ+l8CptaFhwYo3EwbzAd
BgNVHQ4EFgQU1Iln9MQI9/hRwIOkenCtScptvM4wHwYDVR0jBBgwFoAU1Iln9MQI
9/hRwIOkenCtScptvM4wHwYDVR0RBBgwFoIUa3ViZWZsb3cuZXhhbXBsZS5jb20w
DAYDVR0TAQH/BAIwADAFBgMrZXADQQDn9V9TjzzmyeKKr/v5mPDAR64Te1GGxViY
E8OcqZOYWOxesjacpdAqrbdTIreMXAZ1+I2u7/5EoSNVB2E8fIIO
-----END CERTIFICATE-----`,
  secp256k1: `-----BEGIN CERTIFICATE-----
MIIBsTCCAVagAwIBAgIUIwo3Y5eDpmBXL32onwqWZ+kXQ2owCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUa3ViZWZsb3cuZXhhbXBsZS5jb20wIBcNMjYxMTI4MDg1MTU0
WhgPMjEyNjExMDQwODUxNTRaMB8xHTAbBgNVBAMMFGt1YmVmbG93LmV4YW1wbGUu
Y29tMFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAER4HFKBC9UJVGsNmnCG9GHZiUlu3C
+d5FPJ5zy1XRXG2B11rMN4mer8piDpNM68Cg2z1mvlwl0eMHLXNK5T1L0qNxMG8w
HQYDVR0OBBYEFFIqpjlm3Ors330kvOicE+yjQsvSMB8GA1UdIwQYMBaAFFIqpjlm
3Ors330kvOicE+yjQsvSMB8GA1UdEQQYMBaCFGt1YmVmbG93LmV4YW1wbGUuY29t
MAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAwRgIhALNkBS0hHTmw8BvJ2Zis
a3Ax1wvy56zaNY5cJTEpnk1BAiEAiPYVwodH2qnbfm/STAhEGlOhrRssaloTLT9J
aUoB6bc=
-----END CERTIFICATE-----`,
};

describe("a given certificate's key", () => {
  const cases: [key: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams, mends: string[]][] = [
    [ec("P-256"), []],
    [ec("P-384"), []],
    [ec("P-521"), []],
    [rsa(2048), []],
    [rsa(1024), [mend("rsa of 1024 bits")]],
  ];
  for (const [key, mends] of cases) {
    it(`of ${JSON.stringify(Object.values(key).filter((part) => typeof part !== "object"))} is ${mends.length === 0 ? "taken" : "refused"}`, async () => {
      const { cert, key: pem } = await issue(await authority(), ["kubeflow.example.com", "*.kubeflow.example.com"], {
        key,
      });
      const problems = problemsOf(modes.given(cert, pem), { secretKeys: ["certificates"] });
      assert.deepEqual(
        problems.map((problem) => [problem.key, problem.mend]),
        mends.map((each) => ["kubeflow-gatehouse:certificates.edge.certificate", each]),
      );
    });
  }
});

describe("a given certificate", () => {
  const mendsOf = async (options: Parameters<typeof issue>[2]) => {
    const by = await authority();
    const { cert, key } = await issue(by, ["kubeflow.example.com", "*.kubeflow.example.com"], options);
    return problemsOf(modes.given(`${cert}\n${by.cert}`, key), { secretKeys: ["certificates"] }).map(
      ({ mend }) => mend,
    );
  };
  const sha1 =
    "it is signed with SHA-1 or another algorithm that browsers refuse: have it signed by RSA or ECDSA with SHA-256";
  const unsigned = "its key may not sign, which TLS needs: have one issued with the key usage digitalSignature";

  for (const signedWith of ["SHA-256", "SHA-384", "SHA-512"] as const) {
    it(`may be signed with ${signedWith}`, async () => {
      assert.deepEqual(await mendsOf({ signedWith }), []);
    });
  }
  it("may not be signed with SHA-1", async () => {
    assert.deepEqual(await mendsOf({ signedWith: "SHA-1" }), [sha1]);
  });
  it("has a key that may sign, or no word about it", async () => {
    const { digitalSignature, keyAgreement, keyEncipherment } = KeyUsageFlags;
    assert.deepEqual(await mendsOf({ keyUsage: digitalSignature | keyEncipherment }), []);
    assert.deepEqual(await mendsOf({ keyUsage: "none" }), []);
    assert.deepEqual(await mendsOf({ keyUsage: keyEncipherment }), [unsigned]);
    assert.deepEqual(await mendsOf({ keyUsage: keyAgreement }), [unsigned]);
  });

  it("has no key on another curve, nor of EdDSA", () => {
    const other = (curve: string) => chainMends(certificates[curve] ?? "", ["kubeflow.example.com"], new Date());
    for (const [curve, found] of [
      ["Ed25519", "ed25519"],
      ["secp256k1", "ec secp256k1"],
    ] as const) {
      assert(other(curve).includes(mend(found)), curve);
    }
  });
});
