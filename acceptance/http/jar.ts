import { type Answer, headersNamed } from "./request";

/** A cookie with its attributes as the server sent them. */
export interface Cookie {
  name: string;
  value: string;
  /** Attribute names in lower case; those without a value have "". */
  attributes: Record<string, string>;
}

export function cookiesOf(answer: Answer): Cookie[] {
  return headersNamed(answer, "set-cookie").map((line) => {
    const [pair = "", ...rest] = line.split(";");
    const [name, value] = split(pair);
    return {
      name,
      value,
      attributes: Object.fromEntries(rest.map(split).map(([attribute, content]) => [attribute.toLowerCase(), content])),
    };
  });
}

function split(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Cookies as a browser keeps them: by name, domain and path (RFC 6265, section 5). */
export class Jar {
  readonly #cookies = new Map<string, Cookie & { domain: string; hostOnly: boolean; path: string }>();

  /** Takes what an answer sets, and forgets what it expires. */
  take(url: URL, answer: Answer): void {
    for (const cookie of cookiesOf(answer)) {
      const { domain: asked, path = "/", "max-age": maxAge, expires } = cookie.attributes;
      const domain = (asked ?? "").replace(/^\./, "").toLowerCase() || url.hostname;
      if (domain !== url.hostname && !url.hostname.endsWith(`.${domain}`)) {
        continue;
      }
      const key = `${cookie.name}\n${domain}\n${path}`;
      const ended =
        maxAge === undefined ? expires !== undefined && Date.parse(expires) <= Date.now() : Number(maxAge) <= 0;
      if (ended) {
        this.#cookies.delete(key);
      } else {
        this.#cookies.set(key, { ...cookie, domain, hostOnly: (asked ?? "") === "", path: path === "" ? "/" : path });
      }
    }
  }

  /** The `Cookie` header for a request, "" without any. */
  header(url: URL, path: string): string {
    const pathOnly = path.replace(/[?#].*/, "");
    return [...this.#cookies.values()]
      .filter(({ domain, hostOnly }) => url.hostname === domain || (!hostOnly && url.hostname.endsWith(`.${domain}`)))
      .filter(
        ({ path: own }) => own === "/" || pathOnly === own || pathOnly.startsWith(own.endsWith("/") ? own : `${own}/`),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }

  get cookies(): readonly Cookie[] {
    return [...this.#cookies.values()];
  }
}
