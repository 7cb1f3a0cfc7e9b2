/** What can be wrong with a certificate that somebody gives, seen before anything is rendered. */
import { createPrivateKey, type X509Certificate } from "node:crypto";
import { maySign, signatureAlgorithmOf } from "./certificateFields";
import { certificatesOf } from "./pem";
import { undecrypted } from "./undecrypted";
import { isAddress } from "./hosts";

/** RFC 5280, section 4.2.1.12. */
const serverAuth = "1.3.6.1.5.5.7.3.1";

/** RSA, RSA-PSS and ECDSA with SHA-2 (RFC 4055, RFC 5758): what browsers take of a CA. */
const goodSignatures: readonly (string | undefined)[] = [
  "1.2.840.113549.1.1.10",
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
];

/** Whether a certificate is good for a host; a name in the subject counts for nothing (RFC 9525). */
function covers(certificate: X509Certificate, host: string): boolean {
  const found = isAddress(host)
    ? certificate.checkIP(host)
    : certificate.checkHost(host, { subject: "never", partialWildcards: false });
  return found !== undefined;
}

/** What is wrong with a chain that is to serve these hosts, as mends. */
export function chainMends(
  chain: string,
  hosts: readonly string[],
  now: Date,
  shown: (host: string) => string = (host) => host,
): string[] {
  const certificates = certificatesOf(chain);
  const [leaf] = certificates;
  if (leaf === undefined) {
    return [];
  }
  const mends: string[] = [];
  const missing = hosts.filter((host) => !covers(leaf, host));
  if (missing.length > 0) {
    mends.push(
      `the certificate does not cover ${missing.map(shown).join(" and ")}: have one issued with these names as SAN`,
    );
  }
  if (now > new Date(leaf.validTo)) {
    mends.push(`the certificate has expired (${leaf.validTo}): give a renewed one`);
  } else if (now < new Date(leaf.validFrom)) {
    mends.push(`the certificate is not valid before ${leaf.validFrom}: give one that is valid now`);
  }
  const weak = keyMends(leaf);
  mends.push(...weak);
  const usages = leaf.keyUsage as string[] | undefined;
  if (leaf.ca) {
    mends.push("the first certificate is a CA's: put the server's own first, then those that signed it");
  } else if (usages !== undefined && !usages.includes(serverAuth)) {
    mends.push("the certificate is not for servers: have one issued with the extended key usage serverAuth");
  }
  if (!maySign(leaf)) {
    mends.push("its key may not sign, which TLS needs: have one issued with the key usage digitalSignature");
  }
  // Nobody looks at a root's own signature.
  if (
    certificates.some((each) => each.issuer !== each.subject && !goodSignatures.includes(signatureAlgorithmOf(each)))
  ) {
    mends.push(
      "it is signed with SHA-1 or another algorithm that browsers refuse: have it signed by RSA or ECDSA with SHA-256",
    );
  }
  if (!certificates.every((certificate, index) => isSignedBy(certificate, certificates[index + 1]))) {
    mends.push("the certificates are not a chain: put the server's first, and after each the one that signed it");
  }
  return mends;
}

/** Keys that Envoy loads and browsers take; it refuses the whole listener for another (source/common/tls/context_impl.cc). */
function keyMends({ publicKey: { asymmetricKeyType, asymmetricKeyDetails } }: X509Certificate): string[] {
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails ?? {};
  const good =
    (asymmetricKeyType === "rsa" && modulusLength >= 2048) ||
    (asymmetricKeyType === "ec" && ["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve));
  const found = [asymmetricKeyType, modulusLength === 0 ? namedCurve : `of ${modulusLength} bits`]
    .filter(Boolean)
    .join(" ");
  return good
    ? []
    : [`its key is ${found}: have one issued for ECDSA P-256, P-384 or P-521, or for RSA of 2048 bits or more`];
}

function isSignedBy(certificate: X509Certificate, next: X509Certificate | undefined): boolean {
  return next === undefined || (next.ca && certificate.checkIssued(next) && certificate.verify(next.publicKey));
}

/** What is wrong with a private key, as a mend, without a word of what is in it. */
export function keyMend(chain: unknown, key: unknown): string | undefined {
  if (typeof key !== "string" || key === "" || key.startsWith(undecrypted)) {
    return undefined;
  }
  try {
    const privateKey = createPrivateKey(key);
    const [leaf] = typeof chain === "string" ? certificatesOf(chain) : [];
    return leaf === undefined || leaf.checkPrivateKey(privateKey)
      ? undefined
      : "this key does not belong to the first certificate of certificates.edge.certificate: give the key that it was issued for";
  } catch {
    return "this is not a private key that can be read: give it as PEM, without a passphrase";
  }
}
