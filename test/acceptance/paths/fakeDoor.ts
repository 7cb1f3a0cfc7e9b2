import { type Target } from "../../../acceptance/check";
import { echoName } from "../fakeGate";
import { rawGate, type RawGate } from "../http/rawGate";

export const person = { email: "user@example.com", password: "a password" };

/** A request as the first of a text is read by somebody who is not strict about anything. */
export interface Asked {
  text: string;
  method: string;
  path: string;
  host: string;
  signedIn: boolean;
  /** What stands behind the first empty line. */
  behind: string;
}

/** An answer to be sent instead of the right one; more than one answer may stand in it. */
export type Mistake = (asked: Asked) => string | undefined;

export function reply(status: number, body = "", headers: Record<string, string> = {}): string {
  const lines = Object.entries({ ...headers, "Content-Length": String(Buffer.byteLength(body)) });
  return `HTTP/1.1 ${status} Answer\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

/** The echo application's page for a request. */
export function page(text: string, user: string | null, path = "/probe"): string {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(":");
    return colon > 0 ? [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const] : [];
  });
  return reply(200, JSON.stringify({ user, groups: [], headers: { ...Object.fromEntries(lines), ":path": path } }));
}

/** A gate that refuses whoever has no session, with a sign-in for one person behind it. */
export function fakeDoor(mistake: Mistake = () => undefined): Promise<RawGate> {
  const made = rawGate(
    (text, socket) => {
      const [head = "", ...behind] = text.split("\r\n\r\n");
      const [method = "", path = ""] = head.split(/[ \t]+/);
      const host = /^host:[ \t]*(.*)$/im.exec(head)?.[1] ?? "";
      const asked = {
        text,
        method,
        path,
        host,
        signedIn: /^cookie:.*s=1/im.test(head),
        behind: behind.join("\r\n\r\n"),
      };
      void made.then(({ target }) => {
        socket.end(
          (mistake(asked) ?? right(asked, target)).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
          "latin1",
        );
      });
    },
    { people: [person] },
  );
  return made;
}

function right({ text, method, path, host, signedIn }: Asked, { gate, echo }: Target): string {
  const [pathOnly = "", query = ""] = path.split("?");
  if (host === gate.host && /^\/(dex|oauth2)\/(?!.*(\.|%2e))/i.test(pathOnly)) {
    switch (pathOnly) {
      case "/oauth2/start": {
        const location = `${gate.origin}/dex/auth/local/login?back=${new URLSearchParams(query).get("rd")}`;
        return reply(302, "", { Location: location });
      }
      case "/dex/auth/local/login":
        return method === "POST"
          ? reply(303, "", { Location: `${gate.origin}/oauth2/callback?code=1&${query}` })
          : reply(200, '<form method="post"><input name="login"><input name="password"></form>');
      case "/oauth2/callback":
        return reply(302, "", {
          Location: new URLSearchParams(query).get("back") ?? "",
          "Set-Cookie": "s=1; Domain=kubeflow.example.com",
        });
      case "/oauth2/auth":
        return reply(401);
      default:
        return reply(404, "404 page not found", { "X-Envoy-Upstream-Service-Time": "1" });
    }
  }
  if (host === gate.host && pathOnly === "/dex/.well-known/openid-configuration") {
    return reply(200, JSON.stringify({ issuer: new URL("/dex", gate).href }));
  }
  return signedIn && host === echo?.host && host.startsWith(echoName)
    ? page(text.slice(0, text.indexOf("\r\n\r\n")), person.email, tidy(path))
    : reply(403);
}

function tidy(path: string): string {
  const { pathname, search } = new URL(path.replace(/%2f/gi, "/").replace(/^\/+/, "/"), "https://gate.invalid");
  return pathname.replace(/\/{2,}/g, "/") + search;
}
