/** Certificates that a person gives, because no public CA vouches for the server. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { text } from "./fields";

/** RFC 7468, section 5: nothing but certificates, so that no private key gets into a ConfigMap along with them. */
const block = "-----BEGIN CERTIFICATE-----\\r?\\n(?:[A-Za-z0-9+/=]{1,76}\\r?\\n)+-----END CERTIFICATE-----";
const blocksPattern = new RegExp(`^(?:${block}(?:\\r?\\n)*)+$`);
const longestPem = 100_000;

function certificatesIn(pem: string): X509Certificate[] | undefined {
  if (pem.length > longestPem || !blocksPattern.test(pem)) {
    return undefined;
  }
  try {
    return (pem.match(new RegExp(block, "g")) ?? []).map((text) => new X509Certificate(text));
  } catch {
    return undefined;
  }
}

/** Certificates that sign other certificates. */
export const authorityPem = text({
  title: "PEM certificates",
  mend: "write the CA's certificate as PEM, from -----BEGIN CERTIFICATE----- on, without any key; a server's own certificate is none of a CA",
  pattern: blocksPattern,
  accepts: (pem) => certificatesIn(pem)?.every(({ ca }) => ca) ?? false,
});

/** Certificates of keys that sign messages; whether they are a CA's says nothing. */
export const signingPem = text({
  title: "PEM certificates",
  mend: "write the certificate as PEM, from -----BEGIN CERTIFICATE----- on, without any key",
  pattern: blocksPattern,
  accepts: (pem) => certificatesIn(pem) !== undefined,
});

/** Who vouches for a server's certificate. There is no third way: verification can't be turned off. */
export const authority = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("system").describe("The public CAs that the program's own image trusts."),
    }),
    z.strictObject({
      type: z.literal("given").describe("A CA of your own, such as a company's."),
      certificate: authorityPem.describe("The CA's certificate, or several, as PEM."),
    }),
  ])
  .prefault({ type: "system" });

export type Authority = z.output<typeof authority>;
