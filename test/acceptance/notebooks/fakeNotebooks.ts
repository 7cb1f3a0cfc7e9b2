import { randomBytes } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { type Socket } from "node:net";
import { UnsecuredJWT } from "jose";
import { type Person, type Target } from "../../../acceptance/check";
import { attackHtml, attackPath } from "../../../acceptance/checks/notebooks/own/attackersNotebook";
import { type OwnNotebooks } from "../../../acceptance/checks/notebooks/own/ownNotebooks";
import { notebookAt, notebooksOf } from "../../../acceptance/notebookHosts";
import { signIn } from "../../../acceptance/signIn/session";
import { notebookKinds } from "../../../stacks/notebookHosts";
import { apart, belongsToSession, domain, echoed, refusal, signInPage } from "./fakePages";
import { issue, type Issued } from "../certificates";
import { type FakeAnswer, fakeAuthority, type FakeGate, fakeGate, type FakeRequest, gateName } from "../fakeGate";
import { http2Gate } from "../http/http2Gate";
import { FakeMarks } from "../login/fakeMarks";
import { FakeOrigins } from "../login/fakeOrigins";

export const person: Person = { email: "user@example.com", password: "secret" };
/** Somebody else who may sign in. */
export const author: Person = { email: "author@example.com", password: "secret" };
export const namespace = "gatehouse-verify-0123abcd";
const running = ["lab", "other", "studio", "coder", "runs", "data"];
/** Those that are asked below the root, and what tells them where they are. */
const belowRoot: Record<string, Record<string, boolean>> = {
  studio: { "x-rstudio-root-path": true },
  coder: {},
  runs: {},
  data: {},
};

/** Ways in which a deployment's notebooks may be wrong; a right one has none of them. */
export type Wrong =
  | "notebooks' paths stay at the gate"
  | "they stay there, and websockets are refused"
  | "the gate leads by 302"
  | "notebooks sign in at the gate"
  | "the query is lost"
  | "the notebook gets the session"
  | "the notebook gets no cookies"
  | "the notebook gets Authorization"
  | "the notebook gets Jupyter's Authorization"
  | "a host serves every path"
  | "a host serves its neighbour"
  | "every host has a notebook"
  | "any port will do"
  | "sign-in returns anywhere"
  | "sign-in leads on to anywhere"
  | "one secret for both"
  | "one domain for both"
  | "the gate takes tokens of notebooks"
  | "notebooks take tokens"
  | "the gate's sign-out is its own"
  | "the mark stays"
  | "every page leads over sign-out"
  | "calls lead over sign-out, too"
  | "notebooks never sign out"
  | "every connection serves every host"
  | "notebooks never share a connection"
  | "pages of other origins pass"
  | "websockets of any origin pass"
  | "websockets are refused"
  | "whoever opened a page keeps hold of it"
  | "the first of two sessions counts"
  | "two sessions are kept"
  | "a session counts without its mark"
  | "paths stay as they are"
  | "nobody is told its path"
  | "no service worker is allowed"
  | "every service worker is allowed";

type Whose = "gate" | "notebooks";

/** The gate with the notebooks' hosts, in one process. */
class FakeNotebooks {
  readonly #codes = new Map<string, { nonce: string; client: string; email: string }>();

  readonly #origins: FakeOrigins;
  readonly #marks: FakeMarks;

  constructor(
    private readonly wrong: Wrong | undefined,
    private readonly domain: string,
  ) {
    const ofOrigins = wrong === "they stay there, and websockets are refused" ? "websockets are refused" : wrong;
    this.#origins = new FakeOrigins(ofOrigins as ConstructorParameters<typeof FakeOrigins>[0]);
    this.#marks = new FakeMarks(wrong as ConstructorParameters<typeof FakeMarks>[0]);
  }

  get #stay(): boolean {
    return (
      this.wrong === "notebooks' paths stay at the gate" || this.wrong === "they stay there, and websockets are refused"
    );
  }

  get #signInName(): string {
    return `auth.${this.domain}`;
  }

  /** Where whoever has no session signs in. */
  #signsInAt({ host }: FakeRequest): string {
    return host.replace(/:.*/, "").endsWith(`.${this.domain}`) ? this.#signInName : gateName;
  }

  /** What the gate itself says of a request comes before everything else. */
  guarded(request: FakeRequest): FakeAnswer {
    if (this.#origins.refuses(request)) {
      return this.#origins.marked({ status: 403, body: "another origin" });
    }
    const signsIn = /^\/(oauth2|dex)\//.test(request.path);
    if (this.#origins.hasTwo(request) && !signsIn) {
      const body = signInPage(new URL(request.path, `https://${request.host}`), this.#signsInAt(request));
      const headers = { "content-type": "text/html", ...this.#origins.forgotten() };
      return this.#origins.marked({ status: 403, headers, body });
    }
    const answer = this.#marks.after(request, this.answer(this.#marks.before(request)));
    return this.#origins.marked(this.#allowing(request, answer));
  }

  /** What an application says of service workers arrives from notebooks alone. */
  #allowing({ host, headers }: FakeRequest, answer: FakeAnswer): FakeAnswer {
    const said = headers["x-echo-service-worker-allowed"];
    const arrives = host.includes(`.${this.domain}`)
      ? this.wrong !== "no service worker is allowed"
      : this.wrong === "every service worker is allowed";
    return typeof said === "string" && arrives && answer !== "drop"
      ? { ...answer, headers: { ...answer.headers, "service-worker-allowed": said } }
      : answer;
  }

  /** A notebook on the gate's own host switches protocols, and no other. */
  upgrade({ url = "/", headers }: IncomingMessage, socket: Socket): void {
    const { host = "", origin, upgrade } = headers;
    const refused = this.#origins.refuses({ method: "GET", path: url, host, headers: { origin, upgrade } });
    const kernel = this.#stay && url.startsWith("/notebook/");
    const status = refused ? "403 Forbidden" : kernel ? "101 Switching Protocols" : "404 Not Found";
    const connection = kernel && !refused ? "Upgrade\r\nUpgrade: websocket" : "close\r\nContent-Length: 0";
    socket.end(`HTTP/1.1 ${status}\r\nConnection: ${connection}\r\n\r\n`);
  }

  answer(request: FakeRequest): FakeAnswer {
    const [name = "", port = ""] = request.host.split(":");
    if (this.#misdirected(request, name)) {
      return { status: 421 };
    }
    const url = new URL(request.path, `https://${request.host}`);
    if (name === gateName) {
      return this.#gate(request, url);
    }
    if (name === this.#signInName) {
      return this.#signIn(request, url);
    }
    if (name.endsWith(`.${this.domain}`)) {
      return port === "8443" && this.wrong !== "any port will do" ? { status: 421 } : this.#notebook(request, url);
    }
    const user = this.#user(request, "gate");
    return user === undefined ? refusal(url, gateName) : echoed(request, request.headers, user);
  }

  #misdirected({ serverName }: FakeRequest, name: string): boolean {
    const isNotebooks = (host: string) => host.endsWith(`.${this.domain}`);
    const share =
      (isNotebooks(name) && isNotebooks(serverName) && this.wrong !== "notebooks never share a connection") ||
      (!isNotebooks(name) && !isNotebooks(serverName));
    return name !== serverName && !share && this.wrong !== "every connection serves every host";
  }

  #gate(request: FakeRequest, url: URL): FakeAnswer {
    const [, first, ns = "", own = ""] = url.pathname.split("/");
    const kind = notebookKinds.find(({ path }) => path === first);
    if (kind !== undefined && !this.#stay) {
      const location = `https://${ns}--${own}${kind.suffix}.${this.domain}:${url.port}${request.path}`;
      return { status: this.wrong === "the gate leads by 302" ? 302 : 307, headers: { location } };
    }
    if (url.pathname.startsWith("/dex/")) {
      return this.#dex(request, url);
    }
    if (url.pathname === "/logout") {
      return { status: 303, headers: { location: "/oauth2/sign_out" } };
    }
    if (url.pathname.startsWith("/oauth2/")) {
      return this.#proxy(request, url, "gate");
    }
    const goes = request.headers["sec-fetch-mode"] === "navigate" || this.wrong === "calls lead over sign-out, too";
    const marked = (request.headers.cookie ?? "").includes("__Host-gatehouse-signed-out=1");
    if (goes && (marked || (this.wrong === "every page leads over sign-out" && !url.search))) {
      const forget = "__Host-gatehouse-signed-out=; Path=/; Max-Age=0";
      return {
        status: 302,
        headers: {
          location: `https://${this.#signInName}:${url.port}/oauth2/sign_out`,
          "set-cookie": this.wrong === "the mark stays" ? [] : [forget],
        },
      };
    }
    const user = this.#user(request, "gate");
    if (user === undefined) {
      return refusal(url, gateName);
    }
    const named = { status: 404, headers: { "set-cookie": this.#marks.names(request, user) } };
    return this.#marks.refuses(request, user) ?? (kind === undefined ? named : shownBy(request, user));
  }

  #signIn(request: FakeRequest, url: URL): FakeAnswer {
    if (url.pathname.startsWith("/oauth2/")) {
      return this.#proxy(request, url, "notebooks");
    }
    if (url.pathname === "/") {
      return { status: 302, headers: { location: `https://${gateName}:${url.port}/` } };
    }
    const rest = /^\/gatehouse\/return(\/.*)$/.exec(request.path)?.[1];
    const [, ns, own] = /^\/notebook\/([a-z0-9]+(?:-[a-z0-9]+)*)\/([a-z0-9]+(?:-[a-z0-9]+)*)\//.exec(rest ?? "") ?? [];
    if (rest !== undefined && this.wrong === "sign-in leads on to anywhere" && own === undefined) {
      return { status: 302, headers: { location: `https://evil.example${rest}` } };
    }
    return own === undefined || ns === "xn"
      ? { status: 404 }
      : { status: 302, headers: { location: `https://${ns}--${own}.${this.domain}:${url.port}${rest}` } };
  }

  #notebook(request: FakeRequest, url: URL): FakeAnswer {
    const [ns = "", own = "", ...ending] = url.hostname.slice(0, -this.domain.length - 1).split("--");
    const kind = notebookKinds.find(({ suffix }) => suffix === ending.map((part) => `--${part}`).join(""));
    const home = `/${kind?.path}/${ns}/${own}/`;
    const path = decodeURIComponent(url.pathname).replaceAll("\\", "/");
    const settled = new URL(path.replace(/^\/+/, "/"), "https://a.invalid").pathname;
    if (settled === "/") {
      return { status: 302, headers: { location: home } };
    }
    const neighbour = this.wrong === "a host serves its neighbour" && settled.startsWith(`/notebook/${ns}/`);
    if (!settled.startsWith(home) && !neighbour && this.wrong !== "a host serves every path") {
      return { status: 404 };
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const user =
      this.#user(request, "notebooks") ??
      (token !== undefined && this.wrong === "notebooks take tokens" ? person.email : undefined);
    if (user === undefined) {
      return refusal(url, this.wrong === "notebooks sign in at the gate" ? gateName : this.#signInName);
    }
    if (!running.includes(own) && this.wrong !== "every host has a notebook") {
      return { status: 404 };
    }
    if (settled === `${home}${attackPath}`) {
      return { headers: { "content-type": "text/html" }, body: attackHtml };
    }
    const { cookie, authorization, ...others } = request.headers;
    const kept = (cookie ?? "")
      .split(";")
      .filter((pair) => this.wrong === "the notebook gets the session" || !belongsToSession(pair))
      .join(";")
      .replace(/^\s+/, "");
    const below = belowRoot[own];
    const asked =
      below === undefined || this.wrong === "paths stay as they are" ? settled : `/${settled.slice(home.length)}`;
    const told = this.wrong === "nobody is told its path" ? [] : Object.keys(below ?? {});
    return echoed(
      { ...request, path: `${asked}${url.search}` },
      {
        ...others,
        ...Object.fromEntries(told.map((name) => [name, home])),
        cookie: kept === "" || this.wrong === "the notebook gets no cookies" ? undefined : kept,
        authorization: this.#handsOn(authorization) ? authorization : undefined,
      },
      user,
    );
  }

  #handsOn(authorization = "Bearer"): boolean {
    return (
      this.wrong === "the notebook gets Authorization" ||
      (this.wrong === "the notebook gets Jupyter's Authorization" && !authorization.startsWith("Bearer"))
    );
  }

  #proxy(request: FakeRequest, url: URL, whose: Whose): FakeAnswer {
    const query = url.searchParams;
    switch (url.pathname) {
      case "/oauth2/start": {
        const redirect = new URL("/oauth2/callback", url).href;
        const to = new URLSearchParams({ redirect_uri: redirect, state: query.get("rd") ?? "", client_id: whose });
        return {
          status: 302,
          headers: { location: `https://${gateName}:${url.port}/dex/auth?${to.toString()}` },
        };
      }
      case "/oauth2/callback": {
        const state = query.get("state") ?? "";
        const email = this.#codes.get(query.get("code") ?? "")?.email ?? "";
        const names = whose === "gate" ? [gateName, `echo.${gateName}`] : [gateName, this.#signInName];
        const kept =
          this.wrong === "sign-in returns anywhere" ||
          (URL.canParse(state) && new URL(state).username === "" && names.includes(new URL(state).hostname));
        const location = kept ? new URL(state, url).href : "/";
        return {
          status: 302,
          headers: {
            location: this.wrong === "the query is lost" ? location.replace(/\?.*/, "") : location,
            "set-cookie": `__Secure-gatehouse=${whose}.${randomBytes(8).toString("hex")}.${email}; Path=/; Domain=${this.#domainOf(whose)}; Secure; HttpOnly; SameSite=Lax`,
          },
        };
      }
      case "/oauth2/sign_out": {
        const forget = `__Secure-gatehouse=; Path=/; Domain=${this.#domainOf(whose)}; Max-Age=0`;
        const mark = "__Host-gatehouse-signed-out=1; Path=/; Secure";
        const keeps = whose === "notebooks" && this.wrong === "notebooks never sign out";
        const marks = whose === "gate" && this.wrong !== "the gate's sign-out is its own";
        return {
          status: 302,
          headers: {
            location: whose === "gate" ? "/" : `https://${gateName}:${url.port}/`,
            "set-cookie": [...(keeps ? [] : [forget]), ...(marks ? [mark] : [])],
          },
        };
      }
      default:
        return this.#user(request, whose) === undefined ? { status: 401 } : { body: { user: person.email } };
    }
  }

  #domainOf(whose: Whose): string {
    return whose === "gate" ? gateName : this.wrong === "one domain for both" ? "example.com" : this.domain;
  }

  #dex({ method, body }: FakeRequest, url: URL): FakeAnswer {
    if (url.pathname === "/dex/token") {
      const { nonce, client, email } = this.#codes.get(new URLSearchParams(body).get("code") ?? "") ?? {};
      const claims = { email, nonce, aud: client };
      return { body: { id_token: new UnsecuredJWT(claims).setExpirationTime("1h").encode() } };
    }
    if (method !== "POST") {
      return {
        headers: { "content-type": "text/html" },
        body: `<form method="post" action=""><input name="login"><input name="password"><button type="submit">Login</button></form>`,
      };
    }
    const code = randomBytes(8).toString("hex");
    const back = new URL(url.searchParams.get("redirect_uri") ?? "");
    const client = url.searchParams.get("client_id") ?? "";
    const email = new URLSearchParams(body).get("login") ?? "";
    this.#codes.set(code, { nonce: url.searchParams.get("nonce") ?? "", client, email });
    back.searchParams.set("code", code);
    back.searchParams.set("state", url.searchParams.get("state") ?? "");
    return { status: 303, headers: { location: back.href } };
  }

  #user({ headers: { cookie = "", authorization } }: FakeRequest, whose: Whose): string | undefined {
    if (authorization !== undefined && whose === "gate") {
      const { aud, email } = UnsecuredJWT.decode(authorization.replace(/^Bearer /, "")).payload;
      const foreign = aud !== "gate" && this.wrong !== "the gate takes tokens of notebooks";
      return foreign ? undefined : (email as string);
    }
    const of = this.wrong === "one secret for both" ? "(?:gate|notebooks)" : whose;
    return new RegExp(`(?:^|; ?)__Secure-gatehouse=${of}\\.[0-9a-f]+\\.([^; ]+)`).exec(cookie)?.[1];
  }
}

let made: Promise<Issued> | undefined;

/** A deployment with notebooks, or one with something wrong. */
export async function fakeNotebooks(
  wrong?: Wrong,
  kind: "HTTP/1.1" | "HTTP/2" = "HTTP/1.1",
  below: string = domain,
): Promise<Pick<FakeGate, "target" | "close">> {
  made ??= fakeAuthority().then((ca) => issue(ca, [gateName, `*.${gateName}`, `*.${domain}`, `*.${apart}`]));
  const tls = await made;
  const fake = new FakeNotebooks(wrong, below);
  const handler = (request: FakeRequest) => fake.guarded(request);
  const gate =
    kind === "HTTP/1.1"
      ? await fakeGate(handler, { tls, upgrade: (incoming, socket) => fake.upgrade(incoming, socket) })
      : await http2Gate(handler, tls);
  const { port } = gate.target.gate;
  const target: Target = {
    ...gate.target,
    people: [person],
    client: { id: "gate", secret: "s", redirectUri: `${gate.target.gate.origin}/oauth2/callback` },
    notebooks: { domain: below, signInHost: new URL(`https://auth.${below}:${port}`), authorization: false },
  };
  return { target, close: () => gate.close() };
}

/** A notebook of those that the suite makes on the gate's own host. */
function shownBy(request: FakeRequest, user: string): FakeAnswer {
  return request.path.endsWith(`/${attackPath}`)
    ? { headers: { "content-type": "text/html" }, body: attackHtml }
    : echoed(request, request.headers, user);
}

/** Its notebooks as the suite would have made them. */
export async function ownNotebooks(target: Target): Promise<OwnNotebooks<"lab" | "other">> {
  const hosts = notebooksOf(target);
  const [lab, other] = [notebookAt(hosts, namespace, "lab"), notebookAt(hosts, namespace, "other")];
  return { namespace, at: { lab, other }, session: await signIn(target, person, new URL(lab.prefix, lab.origin)) };
}

/** And the two other kinds of what has a host. */
export async function ownBoards(target: Target): Promise<OwnNotebooks<"lab" | "runs" | "data">> {
  const hosts = notebooksOf(target);
  const { at, ...own } = await ownNotebooks(target);
  const runs = notebookAt(hosts, namespace, "runs", "tensorboard");
  return { ...own, at: { lab: at.lab, runs, data: notebookAt(hosts, namespace, "data", "viewer") } };
}

/** And those that are asked below the root. */
export async function ownBelowRoot(target: Target): Promise<Pick<OwnNotebooks<"studio" | "coder">, "at" | "session">> {
  const hosts = notebooksOf(target);
  const [studio, coder] = [notebookAt(hosts, namespace, "studio"), notebookAt(hosts, namespace, "coder")];
  return { at: { studio, coder }, session: await signIn(target, person, new URL(studio.prefix, studio.origin)) };
}
