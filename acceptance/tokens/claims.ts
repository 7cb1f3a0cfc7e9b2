import { decodeJwt } from "jose";
import { type Identity } from "./refusal";

/** Who Dex says that a token is for: what the gate must hand on, no more and no less. */
export function identityOf(token: string): Identity {
  const { email, groups } = decodeJwt<{ email?: string; groups?: string[] }>(token);
  return { user: email ?? "", groups: groups ?? [] };
}
