import { type FakeAnswer, type FakeRequest } from "../fakeGate";
import { type Wrong } from "./wrong";

type Asked = Pick<FakeRequest, "method" | "host" | "path" | "headers">;

/** What the gate does about pages of other origins, but for what is wrong with it. */
export class FakeOrigins {
  constructor(private readonly wrong: Wrong | undefined) {}

  /** Whether the gate refuses what a page brought about. */
  refuses({ method, host, path, headers }: Asked): boolean {
    const own = `https://${host}`;
    const { origin, upgrade } = headers;
    if (upgrade?.toLowerCase() === "websocket") {
      const fine =
        (origin === own && this.wrong !== "websockets are refused") ||
        (origin === undefined && this.wrong === "websockets of no origin pass") ||
        this.wrong === "websockets of any origin pass";
      return !fine;
    }
    if (this.wrong === "pages of other origins pass") {
      return false;
    }
    const site = headers["sec-fetch-site"];
    if (site === undefined) {
      const program = origin === undefined && this.wrong === "programs need metadata";
      return method !== "GET" && (program || (origin !== undefined && origin !== own));
    }
    if (headers["sec-purpose"] !== undefined && this.wrong !== "pages in advance pass") {
      return site !== "same-origin";
    }
    const dest = headers["sec-fetch-dest"];
    const link =
      (method === "GET" || (method === "POST" && path === "/logout")) &&
      headers["sec-fetch-mode"] === "navigate" &&
      (dest === "document" || (dest === "iframe" && this.wrong === "frames of other origins pass"));
    return !(
      site === "same-origin" ||
      site === "none" ||
      (link && site !== "other" && this.wrong !== "links of other sites are refused")
    );
  }

  /** What the gate says of artifacts of Kubeflow Pipelines and of its proxies, below the UI's folder; nothing for other paths. */
  ofPipelines({ host, path }: Asked, folder: string): FakeAnswer | undefined {
    if (folder === "" && this.wrong === "the UI's own host is open") {
      return undefined;
    }
    const decoded = decodeURIComponent(decodeURIComponent(path.replace(/\?.*/, "")));
    if (/\/_proxy\//.test(this.wrong === "proxies in other spellings pass" ? path : decoded.toLowerCase())) {
      const body = "This proxy would show pages of any address on this origin.\n";
      return this.wrong === "proxies to any address pass" ? { status: 404 } : { status: 403, body };
    }
    if (this.wrong === "everything of pipelines is refused" && decoded.includes("/apis/")) {
      return { status: 403, body: "This proxy would show pages of any address\n" };
    }
    return path.toLowerCase().startsWith(`${folder}/artifacts/`) ? this.#artifact(host, path) : undefined;
  }

  #artifact(host: string, path: string): FakeAnswer {
    if (!/[?&]namespace=team-a$/.test(path) || path.length > 200 || /namespace=[^&]*&/.test(path)) {
      const passes =
        this.wrong === "artifacts need no namespace" ||
        (this.wrong === "artifacts of a host without a port need no namespace" && !/:\d+$/.test(host));
      return passes
        ? { status: 404 }
        : { status: 403, body: "An artifact's address has to name its namespace once: ?namespace=<namespace>.\n" };
    }
    const sandbox = this.wrong === "artifacts are pages of the gate" ? "default-src 'self'" : "sandbox allow-downloads";
    return { status: 404, headers: { "content-security-policy": sandbox } };
  }

  /** What arrives of a request's Referer. */
  refererOf({ headers: { referer } }: Asked): string | undefined {
    return referer?.includes("_proxy/") === true && this.wrong !== "the UI's own host is open" ? undefined : referer;
  }

  /** What arrives of a cookie that an application sets. */
  applicationCookie(cookie: string | undefined): string[] {
    if (cookie === undefined || this.wrong === "applications set no cookie") {
      return [];
    }
    if (this.wrong === "applications set any cookie") {
      return [cookie];
    }
    return cookie.startsWith("__Secure-gatehouse") ? [] : [cookie.replace(/; *domain=[^;]*/i, "")];
  }

  /** Whether a browser sends two sessions, so that it has none. */
  hasTwo({ headers }: Pick<FakeRequest, "headers">): boolean {
    const sessions = Array.from(
      (headers.cookie ?? "").matchAll(/(?:^|; )(__Secure-gatehouse(?:_0)?) ?=([^;]*)/g),
      ([, name, value]) => `${name}=${value}`,
    );
    return new Set(sessions).size > 1 && this.wrong !== "the first of two sessions counts";
  }

  /** What a browser is told to forget. */
  forgotten(): Record<string, string> {
    return this.wrong === "two sessions are kept" ? {} : { "clear-site-data": '"cookies"' };
  }

  /** An answer with what the gate adds to every one. */
  marked(answer: FakeAnswer): FakeAnswer {
    if (answer === "drop") {
      return answer;
    }
    const own = {
      ...(this.wrong === "anybody may frame"
        ? {}
        : {
            "content-security-policy": [
              ...[answer.headers?.["content-security-policy"] ?? []].flat(),
              "frame-ancestors 'self'",
            ],
          }),
      ...(this.wrong === "whoever opened a page keeps hold of it"
        ? {}
        : { "cross-origin-opener-policy": "same-origin-allow-popups" }),
    };
    return { ...answer, headers: { ...answer.headers, ...own } };
  }
}
