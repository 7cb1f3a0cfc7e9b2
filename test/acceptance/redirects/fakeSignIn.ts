import { type FakeAnswer, fakeGate, type FakeGate, type FakeRequest } from "../fakeGate";

export const person = { email: "user@example.com", password: "a password" };

/** Mistakes that a deployment can make; without any it behaves as ours. */
export type Mistake =
  | "start follows rd"
  | "start remembers rd"
  | "start believes headers"
  | "start passes parameters on"
  | "pages take rd"
  | "pages believe the host"
  | "pages write rd unescaped"
  | "errors link to rd"
  | "sign-out follows rd"
  | "sign-out writes the token"
  | "callback follows the state"
  | "callback needs no cookie"
  | "Dex takes any redirect_uri"
  | "Dex reports errors to any redirect_uri"
  | "Dex links back anywhere"
  | "files are tidied up";

const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2ln";

/** Sign-in as oauth2-proxy and Dex do it, as far as the checks of redirects ask. */
export async function fakeSignIn(...mistakes: Mistake[]): Promise<FakeGate> {
  const makes = (mistake: Mistake) => mistakes.includes(mistake);
  const handler = (request: FakeRequest): FakeAnswer => {
    const { path, host, method, headers, body } = request;
    const gate = made.target.gate.origin;
    const [pathOnly = "", search = ""] = path.split("?");
    const query = new URLSearchParams(search);
    const form = new URLSearchParams(method === "POST" ? body : "");
    const wanted = query.get("rd") ?? form.get("rd") ?? "";
    const own = (value: string) => {
      if (!URL.canParse(value, gate) || value === "") {
        return false;
      }
      const { protocol, host: other } = new URL(value, gate);
      return protocol === "https:" && (other === new URL(gate).host || other === `echo.${new URL(gate).host}`);
    };
    const redirect = (location: string, more: Record<string, string> = {}): FakeAnswer => ({
      status: 302,
      // A server that lets line breaks through is not to be had here.
      headers: { location: location.replace(/[^\t\x20-\x7e]/g, encodeURIComponent), ...more },
    });
    const page = (rd: string): FakeAnswer => ({
      status: 403,
      headers: { "content-type": "text/html" },
      body: `<form action="${gate}/oauth2/start"><input type="hidden" name="rd" value="${makes("pages write rd unescaped") ? rd : escaped(rd)}"></form>`,
    });

    if (pathOnly === "/oauth2/start") {
      if (makes("start follows rd") && wanted !== "") {
        return redirect(wanted);
      }
      const header = headers["x-auth-request-redirect"];
      const remembered = makes("start believes headers") && header !== undefined ? header : wanted;
      const rd = own(remembered) || (makes("start remembers rd") && wanted !== "") ? remembered : "/";
      const client = (makes("start passes parameters on") && query.get("client_id")) || "oauth2-proxy";
      const to = new URLSearchParams({
        client_id: client,
        redirect_uri: `${gate}/oauth2/callback`,
        response_type: "code",
        scope: "openid",
        state: `nonce:${rd}`,
      });
      const lost = makes("start believes headers") && header !== undefined ? `nonce:${header}` : undefined;
      if (lost !== undefined) {
        to.set("state", lost);
      }
      return redirect(`${gate}/dex/auth?${to.toString()}`, { "set-cookie": "s_csrf=1; Path=/" });
    }
    if (pathOnly === "/dex/auth" || pathOnly === "/dex/auth/local") {
      const uri = query.get("redirect_uri") ?? "";
      if (uri !== `${gate}/oauth2/callback` && !makes("Dex takes any redirect_uri")) {
        const wrong = query.get("scope") !== "openid" && makes("Dex reports errors to any redirect_uri");
        return wrong ? redirect(uri) : { status: 400 };
      }
      const rest = new URLSearchParams({ state: `${query.get("state")}`, back: "" });
      return redirect(
        pathOnly === "/dex/auth" ? `/dex/auth/local?${query.toString()}` : `/dex/auth/local/login?${rest.toString()}`,
      );
    }
    if (pathOnly === "/dex/auth/local/login") {
      const back = query.get("back") ?? "";
      const link = makes("Dex links back anywhere") ? `<a href="${escaped(back)}">` : "";
      const right = form.get("login") === person.email && form.get("password") === person.password;
      return right
        ? redirect(`${gate}/oauth2/callback?code=1&state=${encodeURIComponent(query.get("state") ?? "")}`)
        : {
            status: method === "POST" ? 401 : 200,
            headers: { "content-type": "text/html" },
            body: `<form method="post"><input name="login" value="https://evil.example/"><input name="password"></form>${link}`,
          };
    }
    if (pathOnly === "/oauth2/callback") {
      const rd = (query.get("state") ?? "").replace(/^[^:]*:?/, "");
      const cookie = makes("callback needs no cookie") || /s_csrf=1/.test(headers["cookie"] ?? "");
      if (query.get("error") !== null || !cookie || (query.get("code") !== "1" && !makes("callback needs no cookie"))) {
        const target = makes("errors link to rd") ? wanted : "/";
        return { status: 403, headers: { "content-type": "text/html" }, body: `<a href='${escaped(target)}'>` };
      }
      return redirect(own(rd) || makes("callback follows the state") ? rd : "/", { "set-cookie": "s=1; Path=/" });
    }
    if (decodeURIComponent(pathOnly) === "/oauth2/sign_out") {
      const filled = makes("sign-out writes the token") ? wanted.replace("{id_token}", token) : wanted;
      const follows = own(wanted) ? makes("sign-out writes the token") : makes("sign-out follows rd") && wanted !== "";
      return redirect(follows ? filled : "/", { "set-cookie": "s=; Max-Age=0" });
    }
    if (makes("files are tidied up") && pathOnly.startsWith("/oauth2/static//")) {
      return { status: 301, headers: { location: `${pathOnly.slice("/oauth2/static".length)}/` } };
    }
    if (pathOnly.startsWith("/dex/")) {
      return { status: 404 };
    }
    const believed = makes("pages believe the host") ? (headers["x-forwarded-host"] ?? host) : undefined;
    const here =
      believed === undefined
        ? `${own(`https://${host}`) ? `https://${host}` : gate}${path}`
        : `https://${believed}${path}`;
    return page(own(wanted) || (makes("pages take rd") && wanted !== "") ? wanted : here);
  };
  const made = await fakeGate(handler, { target: { people: [person] } });
  return made;
}

function escaped(text: string): string {
  return text.replace(/[&"'<>+]/g, (char) => `&#${char.charCodeAt(0)};`);
}
