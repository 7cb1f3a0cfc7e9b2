import { randomBytes } from "node:crypto";
import { type Target } from "../../check";
import { Jar } from "../../http/jar";
import { cookieDomain, sessionCookie } from "../../signIn/cookies";

/**
 * A browser with a session that is over, split as a large one: of the right shape, and signed with a key that no
 * deployment has, so that oauth2-proxy treats it as it treats one that has expired.
 */
export function deadSession(target: Target): Jar {
  const value = `${randomBytes(3600).toString("base64url")}|${Math.floor(Date.now() / 1000) - 86_400}|${randomBytes(32).toString("base64url")}=`;
  const attributes = `Path=/; Domain=${cookieDomain(target)}; Secure; HttpOnly; SameSite=Lax`;
  const jar = new Jar();
  jar.take(target.gate, {
    status: 200,
    headers: [value.slice(0, 3800), value.slice(3800)].map((part, index) => [
      "set-cookie",
      `${sessionCookie}_${index}=${part}; ${attributes}`,
    ]),
    body: "",
    certificate: undefined,
  });
  return jar;
}
