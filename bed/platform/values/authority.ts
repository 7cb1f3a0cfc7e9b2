import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "../certificates/x509";
import { KeyObject, randomBytes, webcrypto } from "node:crypto";

/** How `@peculiar/x509` spells a distinguished name; a comma or a plus in it would begin another part. */
export type DistinguishedName = Record<string, string[]>[];

export interface AuthorityInputs {
  commonName: string;
  organization: string;
  validityHours: number;
}

/** A private key as @pulumi/tls and cert-manager write it: PEM, SEC 1. */
export async function ellipticKey(
  namedCurve: "P-256" | "P-384",
): Promise<{ keys: webcrypto.CryptoKeyPair; pem: string }> {
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"]);
  const pem = KeyObject.from(keys.privateKey).export({ type: "sec1", format: "pem" }).toString();
  return { keys, pem };
}

/** A certificate's serial number: positive, and long enough that nobody guesses the next (RFC 5280, section 4.1.2.2). */
export function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString("hex");
}

/** The private CA with the subject and the extensions that components/certificateAuthority.ts asks of @pulumi/tls. */
export async function makeAuthority({ commonName, organization, validityHours }: AuthorityInputs): Promise<{
  keyPem: string;
  certificatePem: string;
}> {
  const { keys, pem } = await ellipticKey("P-384");
  const notBefore = new Date();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: [organization] }, { CN: [commonName] }] satisfies DistinguishedName,
    notBefore,
    notAfter: new Date(notBefore.getTime() + validityHours * 3_600_000),
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-384" },
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new BasicConstraintsExtension(true, undefined, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { keyPem: pem, certificatePem: `${certificate.toString("pem")}\n` };
}
