import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { randomBytes, randomUUID, sign } from "node:crypto";
import { createServer as createPlain } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Person, type Target } from "../../../acceptance/check";
import { jws } from "../../../acceptance/tokens/jws";
import { issue, type Issued } from "../certificates";
import { echoName, fakeAuthority, type FakeAnswer, type FakeRequest, gateName } from "../fakeGate";
import {
  challengeOf,
  type Claims,
  echoed,
  type Faults,
  forwarded,
  Issuer,
  type Rule,
  sessionCookie,
  verified,
} from "./gateway";

export const person: Person = {
  email: "user@example.com",
  password: "the-password",
  groups: ["ml-engineers", "everyone"],
};

export interface Deployment {
  target: Target;
  dex: Issuer;
  requests: FakeRequest[];
  /** Rules besides Dex's; a test may add some while it runs. */
  rules: Rule[];
  /** Clients of Dex with their secrets. */
  clients: Map<string, string>;
  close(): Promise<void>;
}

/** RSA takes its time, so one key serves every test. */
export const dexKey = new Issuer("");
let certificate: Promise<Issued> | undefined;

/** For the gate's name and those below, made once. */
export function gateCertificate(): Promise<Issued> {
  return (certificate ??= fakeAuthority().then((ca) => issue(ca, [gateName, `*.${gateName}`])));
}

/**
 * A gate, Dex, oauth2-proxy and the echo in one server. Its address is one without TLS, because a handshake for each of
 * some thousand requests takes its time; HTTP/2 has TLS all the same.
 */
export async function deployment(faults: Faults = {}): Promise<Deployment> {
  const secure = createSecureServer({ ...(await gateCertificate()), allowHTTP1: true });
  const plain = createPlain();
  secure.on("sessionError", () => undefined);
  const sockets = new Set<Socket>();
  // One port for both: TLS begins with byte 22.
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === 22 ? secure : plain).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const gate = new URL(`http://${gateName}:${port}`);
  const requests: FakeRequest[] = [];
  const fake = new Fake(gate, faults);
  const answer = (incoming: Http2ServerRequest, response: Http2ServerResponse) => {
    void read(incoming).then((request) => {
      requests.push(request);
      reply(response, fake.answer(request));
    });
  };
  secure.on("request", answer);
  // What Node gives for HTTP/1.1 has the same fields and methods, as far as they are used here.
  plain.on("request", answer as never);
  return {
    target: {
      gate,
      echo: new URL(`http://${echoName}:${port}`),
      ca: (await fakeAuthority()).cert,
      address: "127.0.0.1",
      people: [person],
      client: { id: "oauth2-proxy", secret: "client-secret", redirectUri: `${gate.origin}/oauth2/callback` },
      browser: undefined,
      kubeconfig: undefined,
      machineAudience: undefined,
      unreachableIssuer: undefined,
      rotateCommand: undefined,
      loadSeconds: 0,
    },
    dex: fake.dex,
    requests,
    rules: fake.rules,
    clients: fake.clients,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

class Fake {
  readonly dex: Issuer;
  readonly rules: Rule[];
  readonly clients = new Map([["oauth2-proxy", "client-secret"]]);
  readonly #codes = new Map<string, URLSearchParams>();
  readonly #sessions = new Set<string>();
  #ofSessions: string | undefined;

  constructor(
    private readonly gate: URL,
    private readonly faults: Faults,
  ) {
    this.dex = dexKey;
    this.rules = [
      { issuer: `${gate.origin}/dex`, audiences: ["oauth2-proxy"], keys: [this.dex.jwk], userClaim: "email" },
    ];
  }

  answer(request: FakeRequest): FakeAnswer {
    const { pathname, searchParams } = new URL(request.path, this.gate);
    if (request.host !== this.gate.host) {
      return this.#application(request);
    }
    switch (pathname) {
      case "/dex/auth":
        return this.#authorize(request, searchParams);
      case "/dex/token":
        return this.#redeem(new URLSearchParams(request.body));
      case "/dex/keys":
        return { body: { keys: [this.dex.jwk] } };
      case "/dex/.well-known/openid-configuration":
        return { body: { issuer: `${this.gate.origin}/dex`, said: this.faults.repeats?.(request) } };
      case "/oauth2/start":
        return this.#start(request, searchParams);
      case "/oauth2/callback":
        return this.#callback(searchParams);
      default:
        return { status: 404 };
    }
  }

  #authorize({ method, body }: FakeRequest, query: URLSearchParams): FakeAnswer {
    if (!this.clients.has(query.get("client_id") ?? "")) {
      return { status: 400, body: "Invalid client_id" };
    }
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("state", query.get("state") ?? "");
    if (/audience:server/.test(query.get("scope") ?? "") && this.faults.crossClient !== true) {
      back.searchParams.set("error", "invalid_scope");
      return { status: 303, headers: { location: back.href } };
    }
    if (method === "GET") {
      const action = `/dex/auth?${query.toString().replaceAll("&", "&amp;")}`;
      const form = `<form method="post" action="${action}"><input name="login"/><input name="password" type="password"/></form>`;
      return { headers: { "content-type": "text/html" }, body: form };
    }
    if (new URLSearchParams(body).get("password") !== person.password) {
      return { status: 401, body: "wrong" };
    }
    const code = randomUUID();
    this.#codes.set(code, query);
    back.searchParams.set("code", code);
    return { status: 303, headers: { location: back.href } };
  }

  #redeem(form: URLSearchParams): FakeAnswer {
    const query = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const client = form.get("client_id") ?? "";
    if (this.clients.get(client) !== form.get("client_secret")) {
      return { status: 401, body: { error: "invalid_client" } };
    }
    if (query === undefined || query.get("code_challenge") !== challengeOf(form.get("code_verifier") ?? "")) {
      return { status: 400, body: { error: "invalid_grant" } };
    }
    const scopes = (query.get("scope") ?? "").split(" ");
    return { body: { id_token: this.token({ aud: client, nonce: query.get("nonce") }, scopes) } };
  }

  token(claims: Claims, scopes = ["email", "groups"]): string {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: `${this.gate.origin}/dex`,
      sub: "1",
      aud: "oauth2-proxy",
      iat: now,
      exp: now + 3600,
      ...(scopes.includes("email") ? { email: person.email } : {}),
      ...(scopes.includes("groups") ? { groups: person.groups } : {}),
      ...claims,
    };
    return jws({ alg: "RS256", kid: this.dex.kid }, all, (input) =>
      sign("sha256", Buffer.from(input), this.dex.privateKey),
    );
  }

  #start(request: FakeRequest, query: URLSearchParams): FakeAnswer {
    const login = new URL("/dex/auth", this.gate);
    login.search = new URLSearchParams({
      client_id: "oauth2-proxy",
      redirect_uri: `${this.gate.origin}/oauth2/callback`,
      scope: "openid email groups",
      state: query.get("rd") ?? "/",
      said: this.faults.repeats?.(request) ?? "",
    }).toString();
    return { status: 302, headers: { location: login.href } };
  }

  #callback(query: URLSearchParams): FakeAnswer {
    const value = randomBytes(60).toString("base64url");
    this.#sessions.add(value);
    const cookie = `${sessionCookie}=${value}; Path=/; Domain=${gateName}; Secure; HttpOnly; SameSite=Lax`;
    return { status: 302, headers: { location: query.get("state") ?? "/", "set-cookie": [cookie] } };
  }

  #application(request: FakeRequest): FakeAnswer {
    const { faults } = this;
    const refuse = (status: number, body: string): FakeAnswer => ({
      status: faults.refusal ?? status,
      body: body + (faults.repeats?.(request) ?? ""),
    });
    if (faults.breaks?.(request) === true) {
      return { status: 500 };
    }
    if (request.path.length + request.lines.flat().join("").length > 60_000) {
      return refuse(431, "too large");
    }
    if (faults.opens?.(request) === true) {
      return echoed(forwarded(request, { user: "" }, { ...faults, forgets: () => true }));
    }
    const authorization = request.lines.find(([name]) => name.toLowerCase() === "authorization")?.[1];
    const token =
      /^Bearer +([\w.-]*)/.exec(authorization ?? "")?.[1] ??
      faults.tokenFrom?.(request) ??
      (authorization === undefined ? undefined : "");
    if (token === undefined) {
      const sessions = [...(request.headers["cookie"] ?? "").matchAll(/__Secure-gatehouse=([^;\s,]*)/g)];
      const two =
        (request.headers["cookie"] ?? "").match(/(?:^|[;,] *)__Secure-gatehouse(?:_\d+)? *(?=[=;,]|$)/g) ?? [];
      const refused = two.length > 1 && faults.takesOneOfTwo !== true;
      if (refused || !sessions.some(([, value = ""]) => this.#sessions.has(value))) {
        return refuse(403, "sign in");
      }
    }
    const claims = verified(token ?? (this.#ofSessions ??= this.token({})), this.rules, faults);
    return typeof claims === "string"
      ? refuse(/^(RBAC|Audiences)/.test(claims) ? 403 : 401, claims)
      : echoed(forwarded(request, claims, faults));
  }
}

async function read(incoming: Http2ServerRequest): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const raw = incoming.rawHeaders;
  return {
    method: incoming.method,
    path: incoming.url,
    host: String(incoming.headers[":authority"] ?? incoming.headers["host"] ?? ""),
    serverName: "",
    secure: true,
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
    ),
    lines: raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as [string, string]] : [])),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function reply(response: Http2ServerResponse, answer: FakeAnswer): void {
  if (answer === "drop") {
    response.stream.close();
    return;
  }
  const { status = 200, headers = {}, body = "" } = answer;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === "string" ? value : [...value]);
  }
  response.end(typeof body === "object" ? JSON.stringify(body) : body);
}
