import { createHmac, randomBytes } from "node:crypto";
import { nameForProxy, sessionCookie } from "../../signIn/cookies";

/** A cookie that looks like a session and is none. */
export interface Forgery {
  what: string;
  value: string;
}

/**
 * What can be made of a good session, and of the CSRF cookie that the same deployment signed, without its key.
 * oauth2-proxy writes `<encrypted session>|<time>|<signature>`.
 */
export function forgeries(session: string, csrf: { name: string; value: string }): Forgery[] {
  const [content = "", time = "", signature = "", ...more] = session.split("|");
  if (content.length < 32 || !/^\d+$/.test(time) || signature.length < 16 || more.length > 0) {
    throw new Error("the session's cookie has another form than oauth2-proxy's, so that no forgery of it can be made");
  }
  const made = (parts: readonly string[]) => parts.join("|");
  const later = String(Number(time) + 60);
  return [
    { what: "with its first byte changed", value: made([flipped(content, 0), time, signature]) },
    {
      what: "with a byte in its middle changed",
      value: made([flipped(content, content.length >> 1), time, signature]),
    },
    { what: "with its time changed", value: made([content, later, signature]) },
    { what: "with its signature changed", value: made([content, time, flipped(signature, signature.length >> 1)]) },
    { what: "without its signature", value: made([content, time]) },
    { what: "with an empty signature", value: made([content, time, ""]) },
    { what: "without its time", value: made([content, "", signature]) },
    { what: "cut in half", value: session.slice(0, session.length >> 1) },
    { what: "with its last 12 characters cut off", value: session.slice(0, -12) },
    { what: "with its content cut short", value: made([content.slice(0, -16), time, signature]) },
    { what: "without its content", value: made(["", time, signature]) },
    { what: "with its content twice", value: made([content + content, time, signature]) },
    // Nothing stands between name, content and time when oauth2-proxy signs them.
    {
      what: "with a digit of its time in its content",
      value: made([content + time.slice(0, 1), time.slice(1), signature]),
    },
    { what: "signed by another deployment", value: signed(content, time, randomBytes(32)) },
    {
      what: "made by another deployment",
      value: signed(randomBytes(content.length >> 1).toString("base64url"), time, randomBytes(32)),
    },
    { what: "signed with an empty key", value: signed(content, time, Buffer.alloc(0)) },
    { what: "that is this deployment's CSRF cookie", value: csrf.value },
    {
      what: "that is this deployment's CSRF cookie, its name's end drawn into its content",
      value: nameForProxy(csrf).slice(sessionCookie.length) + csrf.value,
    },
    { what: "that is empty", value: "" },
    { what: "of separators alone", value: "||" },
    { what: "that is no base64", value: made(["%00%ff", time, signature]) },
    { what: "that is an unsigned token", value: unsignedToken() },
  ];
}

function signed(content: string, time: string, key: Buffer): string {
  const mac = createHmac("sha256", key).update(sessionCookie).update(content).update(time).digest("base64");
  return `${content}|${time}|${mac.replaceAll("+", "-").replaceAll("/", "_")}`;
}

/** Another character of the alphabet; any place but the last holds six bits that count. */
function flipped(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
}

function unsignedToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ email: "user@example.com", exp: 4_102_444_800 })}.`;
}
