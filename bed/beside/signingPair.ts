import { KeyObject, webcrypto } from "node:crypto";
import { KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } from "../platform/certificates/x509";
import { serialNumber } from "../platform/values/authority";
import { keptPair, type Pair } from "./keptPair";

/** With what a company's identity provider signs: a key with a certificate of its own, of no CA, as such providers have it. */
export function signingPair(): Promise<Pair> {
  return keptPair("signing", makePair);
}

/** RSA, which every consumer of SAML can verify. */
export async function makePair(): Promise<Pair> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(
    { ...algorithm, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ["sign", "verify"],
  );
  const notBefore = new Date();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: ["Example company sign-in"] }],
    notBefore,
    notAfter: new Date(notBefore.getTime() + 30 * 24 * 3_600_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)],
  });
  const keyPem = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return { keyPem, certificatePem: `${certificate.toString("pem")}\n` };
}
