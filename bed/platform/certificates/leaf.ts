import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "./x509";
import { createPrivateKey, webcrypto } from "node:crypto";
import { goDurationMs } from "./duration";
import { type DistinguishedName, ellipticKey, serialNumber } from "../values/authority";

/** The part of a cert-manager Certificate that the bed can sign; anything else in it is a failure. */
export interface LeafSpec {
  secretName: string;
  dnsNames?: string[];
  ipAddresses?: string[];
  duration?: string;
  renewBefore?: string;
  subject?: { organizations?: string[] };
  commonName?: string;
  usages?: string[];
  privateKey?: { algorithm?: string; size?: number; rotationPolicy?: string };
  revisionHistoryLimit?: number;
  issuerRef: { group?: string; kind?: string; name: string };
}

const known = new Set([
  "secretName",
  "dnsNames",
  "ipAddresses",
  "duration",
  "renewBefore",
  "subject",
  "commonName",
  "usages",
  "privateKey",
  "revisionHistoryLimit",
  "issuerRef",
]);

/** cert-manager's own default. */
const defaultDuration = "2160h";

export interface Authority {
  keyPem: string;
  certificatePem: string;
}

/** Signs a leaf as cert-manager's CA issuer would. */
export async function signLeaf(
  spec: LeafSpec,
  authority: Authority,
): Promise<{ keyPem: string; certificatePem: string }> {
  const unknown = Object.keys(spec).filter((key) => !known.has(key));
  if (unknown.length > 0) {
    throw new Error(`it asks for ${unknown.join(", ")}, which the bed cannot sign`);
  }
  const { keys, pem } = await ellipticKey(curveOf(spec.privateKey));
  const issuer = new X509Certificate(authority.certificatePem);
  const notBefore = new Date();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: subjectOf(spec),
    issuer: issuer.subjectName.toJSON(),
    notBefore,
    notAfter: new Date(notBefore.getTime() + goDurationMs(spec.duration ?? defaultDuration)),
    signingKey: await signingKey(authority.keyPem),
    publicKey: keys.publicKey,
    // The hash that belongs to the CA's curve.
    signingAlgorithm: { name: "ECDSA", hash: "SHA-384" },
    extensions: [
      ...usagesOf(spec.usages ?? ["digital signature", "key encipherment"]),
      new BasicConstraintsExtension(false, undefined, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
      new SubjectAlternativeNameExtension(namesOf(spec)),
    ],
  });
  return { keyPem: pem, certificatePem: `${certificate.toString("pem")}\n` };
}

function subjectOf({ subject, commonName }: LeafSpec): DistinguishedName {
  return [
    ...(subject?.organizations ?? []).map((organization) => ({ O: [organization] })),
    ...(commonName === undefined ? [] : [{ CN: [commonName] }]),
  ];
}

function namesOf({ dnsNames = [], ipAddresses = [] }: LeafSpec): JsonGeneralNames {
  const names: JsonGeneralNames = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
  ];
  if (names.length === 0) {
    throw new Error("it names no host");
  }
  return names;
}

function curveOf({ algorithm = "RSA", size }: NonNullable<LeafSpec["privateKey"]> = {}): "P-256" | "P-384" {
  if (algorithm === "ECDSA" && (size === undefined || size === 256 || size === 384)) {
    return size === 384 ? "P-384" : "P-256";
  }
  throw new Error(`it asks for a key of ${algorithm}, and the bed makes ECDSA keys of 256 or 384 bits`);
}

const keyUsages: Record<string, number> = {
  "digital signature": KeyUsageFlags.digitalSignature,
  signing: KeyUsageFlags.digitalSignature,
  "key encipherment": KeyUsageFlags.keyEncipherment,
  "key agreement": KeyUsageFlags.keyAgreement,
};

const extendedUsages: Record<string, ExtendedKeyUsage | undefined> = {
  "server auth": ExtendedKeyUsage.serverAuth,
  "client auth": ExtendedKeyUsage.clientAuth,
};

function usagesOf(usages: readonly string[]): Extension[] {
  const other = usages.filter((usage) => !(usage in keyUsages) && !(usage in extendedUsages));
  if (other.length > 0) {
    throw new Error(`it asks for the usages ${other.join(", ")}, which the bed does not know`);
  }
  const flags = usages.map((usage) => keyUsages[usage] ?? 0).reduce((sum, flag) => sum | flag, 0);
  const extended = usages.flatMap((usage) => extendedUsages[usage] ?? []);
  return [
    ...(flags === 0 ? [] : [new KeyUsagesExtension(flags, true)]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
  ];
}

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(pem);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve !== "secp384r1") {
    throw new Error(
      `the CA's key should be one of the curve P-384, and is ${curve ?? key.asymmetricKeyType ?? "none"}`,
    );
  }
  const der = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve: "P-384" }, false, ["sign"]);
}
