import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { randomBytes, webcrypto } from "node:crypto";
import { isIPv4 } from "node:net";

export { KeyUsageFlags };

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

export interface Authority {
  certificate: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
  /** PEM. */
  cert: string;
}

/** A certificate with its key, as `tls` wants them. */
export interface Issued {
  cert: string;
  key: string;
}

/** A private CA. */
export async function authority(name = "Gatehouse test CA"): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys, cert: certificate.toString("pem") };
}

/** A server's certificate from a CA; valid from yesterday until tomorrow unless said otherwise. */
export async function issue(
  by: Authority,
  names: readonly string[],
  {
    notBefore = new Date(Date.now() - day),
    notAfter = new Date(Date.now() + day),
    key: kind = algorithm,
    keyUsage = KeyUsageFlags.digitalSignature,
    signedWith = algorithm.hash,
  }: {
    notBefore?: Date;
    notAfter?: Date;
    key?: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams;
    /** Nothing leaves the extension out. */
    keyUsage?: KeyUsageFlags | "none";
    signedWith?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
  } = {},
): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(kind, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    issuer: by.certificate.subject,
    subject: `CN=${names[0] ?? "nobody"}`,
    notBefore,
    notAfter,
    signingAlgorithm: { ...algorithm, hash: signedWith },
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      ...(keyUsage === "none" ? [] : [new KeyUsagesExtension(keyUsage, true)]),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIPv4(value) ? ("ip" as const) : ("dns" as const), value })),
      ),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    cert: certificate.toString("pem"),
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
  };
}

function serial(): string {
  // A positive number: the first bit is clear.
  return `01${randomBytes(8).toString("hex")}`;
}
