import { createHmac, randomBytes } from "node:crypto";
import { type FakeRequest, gateName } from "../fakeGate";
import { person } from "./fakePerson";
import { type Wrong } from "./wrong";

const cookieName = "__Secure-gatehouse";
const past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0";

export interface Session {
  user: string;
  issued: number;
  id: string;
  padding: string;
}

/** The cookies of a fake deployment, signed with a key of its own. */
export class FakeSessions {
  readonly #key = randomBytes(32);
  /** The session that was made last. */
  newest = "";

  constructor(private readonly wrong: Wrong | undefined) {}

  #is(...wrong: Wrong[]): boolean {
    return this.wrong !== undefined && wrong.includes(this.wrong);
  }

  csrfOf(request: FakeRequest, nonce: string): { nonce: string; verifier: string } | undefined {
    const read = (text: string) =>
      JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as { nonce: string; verifier: string };
    const all = [...cookies(request)].filter(([name]) => name.endsWith("_csrf"));
    for (const [name, value] of all) {
      const [content = "", time = "", mac] = value.split("|");
      const good = mac === this.#mac(name, `${content}|${time}`);
      const same = name === this.csrfName(nonce) && good && read(content).nonce === nonce;
      if (same || (this.#is("state is not checked") && good) || this.#is("any CSRF cookie will do")) {
        return read(content);
      }
    }
    return undefined;
  }

  newSession(user: string, id: string = randomBytes(8).toString("hex")): string[] {
    this.newest = id;
    const session: Session = { user, issued: Date.now(), id, padding: randomBytes(300).toString("hex") };
    const content = Buffer.from(JSON.stringify(session)).toString("base64url");
    const time = String(now());
    return [this.cookie(cookieName, `${content}|${time}|${this.#mac(cookieName, this.#signedPart(content, time))}`)];
  }

  sessionOf(request: FakeRequest): Session | "error" | undefined {
    const sent = cookies(request);
    const parts = [...sent].filter(([name]) => /^__Secure-gatehouse_\d+$/.test(name));
    const ordered = this.#is("parts count by their place") ? parts : parts.sort(([a], [b]) => a.localeCompare(b));
    const contiguous = ordered.findIndex(([name], index) => name !== `${cookieName}_${index}`);
    const value =
      sent.get(cookieName) ??
      ordered
        .slice(0, contiguous < 0 ? undefined : contiguous)
        .map(([, v]) => v)
        .join("");
    if (value === "" && parts.length === 0) {
      return undefined;
    }
    const [content = "", time = "", mac, ...more] = value.split("|");
    const unchecked = this.#is("signatures are not checked") || (parts.length > 0 && this.#is("parts are not checked"));
    if (unchecked) {
      return { user: person.email, issued: Date.now(), id: "", padding: "" };
    }
    if (more.length > 0 || mac !== this.#mac(cookieName, this.#signedPart(content, time))) {
      return this.#is("forgeries are errors") ? "error" : undefined;
    }
    return JSON.parse(Buffer.from(content, "base64url").toString("utf8")) as Session;
  }

  #signedPart(content: string, time: string): string {
    return this.#is("times are not signed") ? content : `${content}|${time}`;
  }

  #mac(name: string, text: string): string {
    return createHmac("sha256", this.#key).update(`${name}|${text}`).digest("base64url");
  }

  csrfName(nonce: string): string {
    return this.#is("one CSRF cookie for all sign-ins")
      ? `${cookieName}_csrf`
      : `${cookieName}_${nonce.slice(0, 8)}_csrf`;
  }

  forget(name: string): string {
    return this.cookie(name, "", past);
  }

  newCsrf(nonce: string, verifier: string): string {
    const name = this.csrfName(nonce);
    const content = Buffer.from(JSON.stringify({ nonce, verifier })).toString("base64url");
    const text = `${content}|${now()}`;
    return this.cookie(name, `${text}|${this.#mac(name, text)}`);
  }

  cookie(name: string, value: string, lifetime = "Max-Age=43200"): string {
    const attributes = [
      "Path=/",
      `Domain=${this.#is("cookies for another domain") ? "example.com" : gateName}`,
      lifetime,
      ...(this.#is("cookies without HttpOnly") ? [] : ["HttpOnly"]),
      ...(this.#is("cookies without Secure") ? [] : ["Secure"]),
      `SameSite=${this.#is("cookies with SameSite=None") ? "None" : "Lax"}`,
    ];
    return `${name}=${value}; ${attributes.join("; ")}`;
  }

  /** The oldest CSRF cookies go, so that at most five are there before the next. */
  surplus(request: FakeRequest): string[] {
    const names = [...cookies(request).keys()].filter((name) => name.endsWith("_csrf"));
    const surplus = this.#is("CSRF cookies without end") ? [] : names.slice(0, Math.max(0, names.length - 5));
    return surplus.map((name) => this.forget(name));
  }

  deletions(request: FakeRequest): string[] {
    return [...cookies(request).keys()]
      .filter((name) => /^__Secure-gatehouse(_\d+)?$/.test(name))
      .map((name) => this.forget(name));
  }
}

function cookies({ headers }: FakeRequest): Map<string, string> {
  const pairs = (headers["cookie"] ?? "").split("; ").filter((pair) => pair !== "");
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
