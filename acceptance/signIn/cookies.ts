import { isIP } from "node:net";
import { type Target } from "../check";
import { type Cookie, cookiesOf } from "../http/jar";
import { type Answer } from "../http/request";

/** The session's cookie, as docs/1 promises it. */
export const sessionCookie = "__Secure-gatehouse";

/** The most that browsers keep of one cookie, name and attributes included. */
const mostBytes = 4096;

/** The session's cookie or one of the parts in which it comes above 4 KB. */
export function isSession({ name }: { name: string }): boolean {
  return (
    name === sessionCookie ||
    (name.startsWith(`${sessionCookie}_`) && /^\d+$/.test(name.slice(sessionCookie.length + 1)))
  );
}

/** Without this beside it a session is none at the gate's host: nobody signed in there. Then it says who. */
export const signedInMark = "__Host-gatehouse-signed-in";
/** As the end of a sign-in leaves it: of the session with this value, by the signature at its end. */
export function freshMark(value: string): string {
  return `${signedInMark}=begun-${value.slice(-44)}`;
}

/** What a browser sends at the gate with a session of this value. */
export function sessionHeader(value: string): readonly ["Cookie", string] {
  return ["Cookie", `${sessionCookie}=${value}; ${freshMark(value)}`];
}

/** A cookie that ties one sign-in to the browser that began it; a browser has it as one of the gate's host alone. */
export function isCsrf(cookie: { name: string }): boolean {
  const name = nameForProxy(cookie);
  return name.startsWith(sessionCookie) && name.endsWith("_csrf");
}

/** What oauth2-proxy calls such a cookie, and would call another host's. */
export function nameForProxy({ name }: { name: string }): string {
  return name.replace(/^__Host-/, "");
}

/** Whether an answer takes a cookie away rather than setting it. */
export function isDeletion({ attributes }: Cookie): boolean {
  const { "max-age": maxAge, expires } = attributes;
  return maxAge === undefined ? expires !== undefined && Date.parse(expires) <= Date.now() : Number(maxAge) <= 0;
}

/** The session's cookies that an answer gives, without those that it takes away. */
export function sessionsGivenBy(answer: Answer): Cookie[] {
  return cookiesOf(answer).filter((cookie) => isSession(cookie) && !isDeletion(cookie));
}

/**
 * The domain for which the session holds: the gate's host and everything below it. Nothing is below an address, so that there
 * the cookie names none and is for that host alone.
 */
export function cookieDomain({ gate }: Pick<Target, "gate">): string | undefined {
  return isIP(gate.hostname.replace(/^\[|\]$/g, "")) === 0 ? gate.hostname : undefined;
}

/** The same as a cookie's attribute, for whoever makes one up. */
export function domainAttribute(target: Pick<Target, "gate">): string {
  const domain = cookieDomain(target);
  return domain === undefined ? "" : `Domain=${domain}; `;
}

const onlyItsHost = "only the host that set it";

/** What a cookie of the gate lacks of what docs/1 promises. Its value is never named. */
export function cookieFaults(cookie: Cookie, domain: string | undefined): string[] {
  const { name, value, attributes } = cookie;
  const given = (attribute: string) => Object.hasOwn(attributes, attribute);
  const size = Buffer.byteLength(
    `${name}=${value}${Object.entries(attributes)
      .map(([key, text]) => `; ${key}=${text}`)
      .join("")}`,
  );
  // Which a browser takes without a domain alone (RFC 6265bis, section 4.1.3.2).
  const ofItsHost = name.startsWith("__Host-");
  const wanted = ofItsHost ? undefined : domain;
  return [
    ...(ofItsHost || name.startsWith("__Secure-") ? [] : ["its name begins with neither __Secure- nor __Host-"]),
    ...(given("secure") ? [] : ["it is not Secure"]),
    ...(given("httponly") ? [] : ["it is not HttpOnly"]),
    ...(attributes["samesite"]?.toLowerCase() === "lax"
      ? []
      : [`it is SameSite=${attributes["samesite"] ?? "nothing"}, not Lax`]),
    ...(attributes["domain"]?.replace(/^\./, "").toLowerCase() === wanted
      ? []
      : [`its domain is ${attributes["domain"] ?? onlyItsHost}, not ${wanted ?? onlyItsHost}`]),
    ...(attributes["path"] === "/" ? [] : [`its path is ${attributes["path"] ?? "missing"}, not /`]),
    ...(size <= mostBytes ? [] : [`it has ${size} bytes, and browsers drop what is above ${mostBytes}`]),
  ];
}

/** The session of a browser in one piece, its parts put together. */
export function sessionValue(cookies: readonly Cookie[]): string {
  const part = ({ name }: Cookie) => Number(name.slice(sessionCookie.length + 1));
  const parts = cookies.filter(isSession);
  const whole = parts.find(({ name }) => name === sessionCookie);
  const value =
    whole?.value ??
    [...parts]
      .sort((a, b) => part(a) - part(b))
      .map((cookie) => cookie.value)
      .join("");
  if (value === "") {
    throw new Error("the browser has no session");
  }
  return value;
}
