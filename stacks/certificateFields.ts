/** Fields of a certificate that `node:crypto` doesn't show, read from its DER (RFC 5280, section 4.1). */
import * as asn1 from "asn1js";
import { type X509Certificate } from "node:crypto";

const none: readonly unknown[] = [];
const partsOf = (block: unknown): readonly unknown[] =>
  block instanceof asn1.Sequence || block instanceof asn1.Constructed ? block.valueBlock.value : none;
const identifierOf = (block: unknown) =>
  block instanceof asn1.ObjectIdentifier ? block.valueBlock.toString() : undefined;

const certificateParts = ({ raw }: X509Certificate) => partsOf(asn1.fromBER(raw).result);

/** The object identifier of the algorithm that it is signed with, for example 1.2.840.113549.1.1.11. */
export function signatureAlgorithmOf(certificate: X509Certificate): string | undefined {
  return identifierOf(partsOf(certificateParts(certificate)[1])[0]);
}

const keyUsage = "2.5.29.15";
/** The field `extensions` has the context's tag 3. */
const isExtensions = (block: unknown) => block instanceof asn1.Constructed && block.idBlock.tagNumber === 3;

/** Whether its key may sign, as TLS asks of a server's: `keyUsage` is missing or says so (RFC 5280, section 4.2.1.3). */
export function maySign(certificate: X509Certificate): boolean {
  const extensions = partsOf(partsOf(certificateParts(certificate)[0]).find(isExtensions))[0];
  const value = partsOf(extensions)
    .map(partsOf)
    .find(([id]) => identifierOf(id) === keyUsage)
    ?.at(-1);
  if (!(value instanceof asn1.OctetString)) {
    return true;
  }
  const usages = asn1.fromBER(value.valueBlock.valueHexView).result;
  // digitalSignature is the first bit.
  return usages instanceof asn1.BitString && ((usages.valueBlock.valueHexView[0] ?? 0) & 0x80) !== 0;
}
