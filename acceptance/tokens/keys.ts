import { createPublicKey, type KeyObject } from "node:crypto";
import { decodeProtectedHeader, type JWK } from "jose";
import { type CheckContext } from "../check";
import { atProvider } from "../signIn/provider";
import { ask } from "../http/request";

/** A public key of an issuer, with its identifier. */
export interface PublicKey {
  kid: string;
  jwk: JWK;
  key: KeyObject;
}

/** The key that a token of Dex was signed with, from the public key set. */
export async function dexKeyOf(token: string, { target, signal }: CheckContext): Promise<PublicKey> {
  const endpoint = atProvider(target, "keys");
  const answer = await ask(target, endpoint, endpoint.pathname, { headers: [["Accept", "application/json"]], signal });
  if (answer.status !== 200) {
    throw new Error(`Dex's key set answered ${answer.status}`);
  }
  return keyOf(token, answer.body);
}

/** The key of a JSON Web Key Set that a token names. */
export function keyOf(token: string, keySet: string): PublicKey {
  const { kid } = decodeProtectedHeader(token);
  const { keys } = JSON.parse(keySet) as { keys: JWK[] };
  const jwk = keys.find((key) => key.kid === kid);
  if (kid === undefined || jwk === undefined) {
    throw new Error("the issuer's key set lacks the key that signed its token");
  }
  return { kid, jwk, key: createPublicKey({ key: jwk, format: "jwk" }) };
}
