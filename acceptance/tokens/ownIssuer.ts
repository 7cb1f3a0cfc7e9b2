import { randomUUID } from "node:crypto";
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

/** An issuer of the suite's own: its key lives in this process alone, so that nobody else can use what trusts it. */
export class OwnIssuer {
  private constructor(
    readonly issuer: string,
    readonly jwk: JWK,
    private readonly privateKey: CryptoKey,
  ) {}

  static async make(issuer = `https://gatehouse-verify-${randomUUID()}.invalid`): Promise<OwnIssuer> {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    return new OwnIssuer(issuer, { ...jwk, kid, alg: "ES256", use: "sig" }, privateKey);
  }

  /** The public key set, as text. */
  get keySet(): string {
    return JSON.stringify({ keys: [this.jwk] });
  }

  /** Signs exactly these claims; one that is `undefined` is left out. */
  sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: this.jwk.kid ?? "" })
      .sign(this.privateKey);
  }
}
