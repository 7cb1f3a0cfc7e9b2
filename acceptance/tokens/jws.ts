/** A JSON Web Signature in compact form (RFC 7515, section 7.1), also of the kinds that no library wants to make. */
export function jws(header: object, claims: object, sign: (input: string) => Buffer): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${sign(input).toString("base64url")}`;
}

/** The parts of a token, decoded. */
export interface Parts {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  signature: Buffer;
}

export function partsOf(token: string): Parts {
  const [header = "", claims = "", signature = ""] = token.split(".");
  return { header: decoded(header), claims: decoded(claims), signature: Buffer.from(signature, "base64url") };
}

export const unsigned = (): Buffer => Buffer.alloc(0);

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decoded(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as Record<string, unknown>;
}
