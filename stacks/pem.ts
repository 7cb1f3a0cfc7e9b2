/** Certificates as texts (RFC 7468). */
import { X509Certificate } from "node:crypto";

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a text in their order, or none where it holds anything else: a private key above all. */
export function certificatesOf(text: string): X509Certificate[] {
  if (text.replace(block, "").trim() !== "") {
    return [];
  }
  try {
    return (text.match(block) ?? []).map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
}
