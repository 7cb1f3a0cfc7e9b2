import { type IncomingMessage } from "node:http";
import { type Socket } from "node:net";
import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { type Target } from "../../../acceptance/check";
import { type FakeAnswer, type FakeGate, fakeGate, type FakeRequest, gateName } from "../fakeGate";
import { FakeDex } from "./fakeDex";
import { person } from "./fakePerson";
import { FakeMarks } from "./fakeMarks";
import { FakeOrigins } from "./fakeOrigins";
import { FakeSaml } from "./fakeSaml";
import { FakeSessions, type Session } from "./fakeSessions";
import { type Wrong } from "./wrong";

export { person };

export interface FakeSignInOptions {
  wrong?: Wrong;
  /** Milliseconds after which a session is refreshed; never by default. */
  refreshAfter?: () => number | undefined;
  target?: Partial<Target>;
  /** Whether the application is the UI of Kubeflow Pipelines. */
  isPipelinesUi?: boolean;
}

const token = "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6InVzZXIifQ.c2lnbmF0dXJl";

/** A deployment that signs people in as docs/1 says, but for what is wrong with it. */
export async function fakeSignIn(options: FakeSignInOptions = {}): Promise<FakeGate & { deployment: FakeSignIn }> {
  const deployment = new FakeSignIn(options);
  const gate = await fakeGate(async (request) => deployment.guarded(request), {
    upgrade: (request, socket) => deployment.upgrade(request, socket),
    target: { people: [person], ...options.target },
  });
  // Whose port is known only now.
  const people = gate.target.people.map((one) =>
    one.saml === true ? { ...one, issuer: new URL("/idp", gate.target.gate) } : one,
  );
  const { echo } = gate.target;
  const ui = options.isPipelinesUi === true && echo !== undefined ? { pipelinesUi: echo } : {};
  return { ...gate, target: { ...gate.target, people, ...ui }, deployment };
}

export class FakeSignIn {
  readonly #sessions: FakeSessions;
  readonly #dex: FakeDex;
  readonly #saml: FakeSaml;
  readonly #origins: FakeOrigins;
  readonly #marks: FakeMarks;
  #busy = 0;
  #lastRefresh = new Map<string, number>();

  constructor(private readonly options: FakeSignInOptions) {
    this.#sessions = new FakeSessions(options.wrong);
    this.#origins = new FakeOrigins(options.wrong);
    this.#marks = new FakeMarks(options.wrong);
    this.#saml = new FakeSaml(options.target?.people ?? [], options.wrong);
    this.#dex = new FakeDex(
      [
        person,
        ...(options.target?.people ?? []).filter(({ email }) => email !== person.email),
        ...(options.target?.outsiders ?? []),
      ],
      this.#is("names are patterns"),
      this.#is("empty passwords are taken"),
      this.#is("codes work twice"),
      this.#is("codes and verifiers are not compared", "any CSRF cookie will do"),
      this.#saml,
    );
  }

  /** What the gate itself says of a request comes before everything else. */
  async guarded(request: FakeRequest): Promise<FakeAnswer> {
    return this.#origins.marked(
      this.#origins.refuses(request)
        ? { status: 403, body: "another origin" }
        : this.#marks.after(request, await this.answer(this.#marks.before(request))),
    );
  }

  /** No application here opens a websocket; each sets the cookie that it is asked for. */
  upgrade({ method = "GET", url = "/", headers }: IncomingMessage, socket: Socket): void {
    const { host = "", origin, upgrade, cookie } = headers;
    const request: FakeRequest = {
      method,
      path: url,
      host,
      serverName: "",
      secure: true,
      headers: { origin, upgrade, cookie },
      lines: [],
      body: "",
    };
    const session = this.#origins.refuses(request) ? undefined : this.#sessions.sessionOf(request);
    const reached = session !== undefined && session !== "error";
    const status = reached ? `200 OK\r\nSet-Cookie: ${String(headers["x-echo-set-cookie"])}` : "403 Forbidden";
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }

  async answer(request: FakeRequest): Promise<FakeAnswer> {
    const path = posix.normalize(decodeURIComponent(request.path.replace(/\?.*/s, "")));
    if (request.host.startsWith(`${gateName}:`)) {
      if (path === "/idp/sso") {
        return this.#saml.provider(request);
      }
      if (path.startsWith("/dex/")) {
        return this.#signedInAtDex(request, path);
      }
      if (path.startsWith("/oauth2/")) {
        return this.#oauth2Proxy(request, path);
      }
    }
    return this.#protected(request, path);
  }

  #is(...wrong: Wrong[]): boolean {
    return this.options.wrong !== undefined && wrong.includes(this.options.wrong);
  }

  async #signedInAtDex(request: FakeRequest, path: string): Promise<FakeAnswer> {
    const [status, headers, body] = await this.#dex.answer(request, path);
    if (this.#is("sign-ins at once fail") && request.method === "POST") {
      this.#busy += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      this.#busy -= 1;
      if (this.#busy > 0) {
        return { status: 500, body: "Login error." };
      }
    }
    const own: Record<string, string> = this.#is("a cookie of Dex without attributes")
      ? { "set-cookie": "dex_session=1" }
      : {};
    return { status, headers: { ...headers, ...own }, body };
  }

  #oauth2Proxy(request: FakeRequest, path: string): FakeAnswer {
    const query = new URL(request.path, "https://gate.invalid").searchParams;
    switch (path) {
      case "/oauth2/start": {
        const nonce = randomBytes(32).toString("base64url");
        const verifier = randomBytes(16).toString("hex");
        const state = encodeURIComponent(`${nonce}:${query.get("rd") ?? "/"}`);
        return {
          status: 302,
          headers: {
            location: `https://${request.host}/dex/auth?state=${state}&code_challenge=${verifier}`,
            "set-cookie": [...this.#sessions.surplus(request), this.#sessions.newCsrf(nonce, verifier)],
          },
        };
      }
      case "/oauth2/callback":
        return this.#callback(request, query);
      case "/oauth2/userinfo":
        return { status: typeof this.#sessions.sessionOf(request) === "object" ? 200 : 401 };
      case "/oauth2/sign_out":
        return this.#signOut(request, query);
      default: {
        const shown =
          path === "/oauth2/auth" ? "a decision shows the token" : "unknown paths of oauth2-proxy show the token";
        return this.#is(shown) ? { status: 202, headers: { authorization: `Bearer ${token}` } } : { status: 404 };
      }
    }
  }

  #callback(request: FakeRequest, query: URLSearchParams): FakeAnswer {
    const [nonce = "", ...rest] = (query.get("state") ?? "").split(":");
    if (query.has("error") || rest.length === 0) {
      return { status: query.has("error") ? 403 : 500, body: "error" };
    }
    const csrf = this.#sessions.csrfOf(request, nonce);
    if (csrf === undefined && !this.#is("the CSRF cookie is not needed")) {
      return { status: 403, body: "Unable to find a valid CSRF token" };
    }
    const user = this.#dex.redeem(query.get("code") ?? "", csrf?.verifier);
    if (user === undefined) {
      return { status: 500, body: "Error redeeming code" };
    }
    const outsider = this.options.target?.outsiders?.some(({ email }) => email === user) === true;
    if (outsider && !this.#is("everybody whom Dex knows is let in")) {
      return { status: 403, body: "Forbidden" };
    }
    const address = rest.join(":");
    const own = URL.canParse(address) && new URL(address).hostname.endsWith(gateName);
    const location = own || this.#is("state leads anywhere") ? address : "/";
    return {
      status: 302,
      headers: {
        location: this.#is("the query is lost") ? location.replace(/\?.*/, "") : location,
        "set-cookie": [
          this.#sessions.forget(this.#sessions.csrfName(csrf?.nonce ?? nonce)),
          ...this.#sessions.newSession(user),
        ],
      },
    };
  }

  #signOut(request: FakeRequest, query: URLSearchParams): FakeAnswer {
    const encoded = /^\/oauth2\/sign_out(\?|$)/.test(request.path) === false;
    const form = new URLSearchParams(request.headers["content-type"]?.includes("urlencoded") ? request.body : "");
    const rd =
      this.#is("sign-out takes rd") || (encoded && this.#is("sign-out takes rd where the path is encoded"))
        ? query.get("rd")
        : this.#is("sign-out takes rd from forms")
          ? form.get("rd")
          : null;
    const location = this.#is("sign-out starts a sign-in") ? "/oauth2/start?rd=%2F" : (rd ?? "/");
    if (this.#is("sign-out takes GET alone") && request.method !== "GET") {
      return { status: 405 };
    }
    return {
      status: 302,
      headers: {
        location: this.#is("sign-out loops") ? "/oauth2/sign_out" : location.replace("{id_token}", token),
        "set-cookie": this.#is("sign-out keeps the cookie") ? [] : this.#sessions.deletions(request),
      },
    };
  }

  #protected(request: FakeRequest, path: string): FakeAnswer {
    if (this.#origins.hasTwo(request)) {
      return { status: 403, headers: this.#origins.forgotten() };
    }
    const session = this.#sessions.sessionOf(request);
    if (session === "error") {
      return { status: 500, body: "Internal error" };
    }
    if (session === undefined) {
      return this.#refusal(request, path);
    }
    const refreshed = this.#refreshed(session);
    if (refreshed === "refused") {
      return this.#refusal(request, path);
    }
    const others = this.#marks.refuses(request, session.user);
    if (others !== undefined) {
      return others;
    }
    const headers = { "set-cookie": [...refreshed, ...this.#marks.names(request, session.user)] };
    const folder = request.host.startsWith(`${gateName}:`) ? "/pipeline" : this.options.isPipelinesUi && "";
    const refused = typeof folder === "string" ? this.#origins.ofPipelines(request, folder) : undefined;
    if (refused !== undefined) {
      return refused;
    }
    if (request.host.startsWith(`${gateName}:`)) {
      return path === "/logout"
        ? { status: 303, headers: { location: request.path.replace("/logout", "/oauth2/sign_out") } }
        : { status: 404, headers };
    }
    const user = this.#is("the application sees another user") ? "other@example.com" : session.user;
    const known =
      [person, ...(this.options.target?.people ?? [])].find(({ email }) => email === session.user)?.groups ?? [];
    const groups = this.#is("the application sees no groups")
      ? []
      : [...known, ...(this.#is("the application sees more groups") ? ["sales"] : [])];
    const asked = request.headers["x-echo-set-cookie"];
    const referer = this.#origins.refererOf(request);
    const own = {
      ...(asked === undefined ? {} : { "x-echo-set-cookie": asked }),
      ...(referer === undefined ? {} : { referer }),
    };
    return {
      headers: { "set-cookie": [...refreshed, ...this.#origins.applicationCookie(asked)] },
      body: { user, groups, headers: { ":path": request.path, ...own } },
    };
  }

  #refreshed(session: Session): string[] | "refused" {
    const after = this.options.refreshAfter?.();
    const every = this.#is("sessions are refreshed at every request");
    if (this.#is("a second browser ends the first one's session") && session.id !== this.#sessions.newest) {
      return "refused";
    }
    if (after === undefined || (Date.now() - session.issued < after && !every)) {
      return [];
    }
    const last = this.#lastRefresh.get(session.id);
    this.#lastRefresh.set(session.id, session.issued);
    if (this.#is("a refresh at once with another fails") && last === session.issued) {
      return "refused";
    }
    return this.#is("new sessions are lost on the way") ? [] : this.#sessions.newSession(session.user, session.id);
  }

  #refusal(request: FakeRequest, path: string): FakeAnswer {
    const json = (request.headers["accept"] ?? "").includes("application/json");
    const call = json || /^\/(apis?\/|[a-z0-9-]+\/apis?\/|ml_metadata)/.test(path);
    const start = `https://${gateName}:${request.host.split(":")[1]}/oauth2/start`;
    const rd = `https://${request.host}${request.path}`.replaceAll("&", "&amp;").replaceAll("+", "&#43;");
    const cookie = this.#is("refusals set a CSRF cookie")
      ? [this.#sessions.newCsrf(randomBytes(8).toString("hex"), "")]
      : [];
    const headers = {
      "set-cookie": [...cookie, ...(this.#is("refusals keep a dead session") ? [] : this.#sessions.deletions(request))],
      "cache-control": this.#is("the page may be cached") ? "max-age=3600" : "no-cache, no-store",
    };
    if (call && this.#is("background calls are redirected")) {
      return { status: 302, headers: { ...headers, location: `${start}?rd=%2F` } };
    }
    if (call && !this.#is("background calls get the page")) {
      return { status: 401, headers: { ...headers, "content-type": "application/json" }, body: "{}" };
    }
    const named = this.#is("the page names another address") ? "/" : rd;
    const body = `<form method="GET" action="${start}"><input type="hidden" name="rd" value="${named}" /><button>Sign in</button></form>`;
    return { status: 403, headers: { ...headers, "content-type": "text/html; charset=utf-8" }, body };
  }
}
