import { randomBytes } from "node:crypto";
import { type Target } from "../../check";
import { Jar } from "../../http/jar";
import { domainAttribute, freshMark, sessionCookie } from "../../signIn/cookies";

/**
 * A browser with a session that is over, split as a large one, or with the one cookie that names a session where a server
 * keeps them: of the right shape, and signed with a key that no deployment has, so that oauth2-proxy treats it as it treats
 * one that has expired.
 */
export function deadSession(target: Target): Jar {
  const bytes = target.keptSessions === true ? 60 : 3600;
  const value = `${randomBytes(bytes).toString("base64url")}|${Math.floor(Date.now() / 1000) - 86_400}|${randomBytes(32).toString("base64url")}=`;
  const attributes = `Path=/; ${domainAttribute(target)}Secure; HttpOnly; SameSite=Lax`;
  const jar = new Jar();
  jar.take(target.gate, {
    status: 200,
    headers: [
      ...(target.keptSessions === true
        ? [`${sessionCookie}=${value}`]
        : [value.slice(0, 3800), value.slice(3800)].map((part, index) => `${sessionCookie}_${index}=${part}`)
      ).map((cookie): [string, string] => ["set-cookie", `${cookie}; ${attributes}`]),
      ["set-cookie", `${freshMark(value)}; Path=/; Secure; HttpOnly; SameSite=Lax`],
    ],
    body: "",
    certificate: undefined,
  });
  return jar;
}
