import { withoutTrailing } from "../../../documents/withoutTrailing";
import { oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, whereSet } from "./proxyRule";
import { asvs } from "../frameworks";

/** Lengths of an AES key. */
const lengths = [16, 24, 32];

/** Random bytes of these lengths have fewer different ones about once in a hundred million times, in hexadecimal too. */
const fewest = 5;

/**
 * The key that sessions are encrypted with. One that comes from a file is measured by oauth2-proxy itself, which doesn't
 * start with another length; what a person typed it doesn't notice.
 */
export const requireStrongCookieSecret = proxyRule(
  {
    name: "require-strong-cookie-secret",
    title: "The cookie's secret is a random key of 16, 24 or 32 bytes",
    why:
      "The cookie's secret encrypts and signs every session. One that somebody made up, or that a chart writes where nobody " +
      "gives one, lets an attacker make a session for any user.",
    mend: "Make 32 random bytes: openssl rand -base64 32 | tr -- '+/' '-_', and put them into a Secret.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      1391,
      "Use of Weak Credentials",
      oauth2ProxyDocs("the cookie's secret must be 16, 24 or 32 bytes to make an AES cipher"),
      asvs("11.5.1", "what nobody may guess is random, of 128 bits or more"),
    ),
    settings: [],
  },
  ...whereSet(["cookie_secret"], (value) => {
    const text = String(value);
    // What an operator puts there, nobody can measure.
    if (/^\{\{[^{}]*\}\}$/.test(text)) return undefined;
    const bytes = bytesOf(text);
    const mend = "Use 32 random bytes: openssl rand -base64 32 | tr -- '+/' '-_'.";
    if (!lengths.includes(bytes.length)) {
      return `is a text of ${bytes.length} bytes, and an AES key has 16, 24 or 32. ${mend}`;
    }
    return new Set(bytes).size < fewest ? `is no random key: its bytes repeat. ${mend}` : undefined;
  }),
);

/** As oauth2-proxy takes it: decoded where that gives a key, or as it stands (`SecretBytes` in pkg/encryption/utils.go). */
function bytesOf(text: string): Buffer {
  const bare = withoutTrailing(text, "=");
  const decoded = Buffer.from(bare, "base64url");
  const isBase64 = decoded.toString("base64url") === bare;
  return isBase64 && lengths.includes(decoded.length) ? decoded : Buffer.from(text);
}
