import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { type TLSSocket, type TlsOptions } from "node:tls";
import { type CheckContext, type Target } from "../../acceptance/check";
import { RecordingProbe } from "../../acceptance/recordingProbe";
import { type Authority, authority, issue, type Issued } from "./certificates";

export const gateName = "kubeflow.example.com";
export const echoName = "echo.kubeflow.example.com";

/** A request as it came in. */
export interface FakeRequest {
  method: string;
  /** The request's target as it stood on the wire. */
  path: string;
  /** The `Host` header. */
  host: string;
  /** The name in TLS, "" without one. */
  serverName: string;
  secure: boolean;
  /** Values by name in lower case, several of a name joined with a comma. */
  headers: Record<string, string | undefined>;
  /** Every line in its order and case. */
  lines: [name: string, value: string][];
  body: string;
}

/** What to answer; `drop` ends the connection without a word. */
export type FakeAnswer =
  | {
      status?: number;
      headers?: Record<string, string | readonly string[]>;
      body?: string | object;
    }
  | "drop";

export type Handler = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>;

export interface FakeOptions {
  /** Answers requests without TLS on the same port; by default a redirect to https. */
  plain?: Handler;
  /** Other settings of the TLS server, such as `maxVersion` or a certificate made with `issue`. */
  tls?: TlsOptions;
  /** A websocket or another upgrade; refused with 403 by default. */
  upgrade?: (request: IncomingMessage, socket: Socket) => void;
  target?: Partial<Target>;
}

export interface FakeGate {
  target: Target;
  /** Every request in the order in which they came. */
  requests: FakeRequest[];
  /** The CA of the gate's certificate, to issue others. */
  authority: Authority;
  port: number;
  close(): Promise<void>;
}

let made: Promise<{ ca: Authority; issued: Issued }> | undefined;

/** Made once for all tests: keys take their time. */
function identity(): Promise<{ ca: Authority; issued: Issued }> {
  made ??= authority().then(async (ca) => ({ ca, issued: await issue(ca, [gateName, `*.${gateName}`]) }));
  return made;
}

/** The CA that the certificate of every fake gate comes from. */
export async function fakeAuthority(): Promise<Authority> {
  return (await identity()).ca;
}

/** A small deployment on 127.0.0.1 that answers as `handler` says, for every name, over TLS with a CA of its own. */
export async function fakeGate(handler: Handler, options: FakeOptions = {}): Promise<FakeGate> {
  const { ca, issued } = await identity();
  const requests: FakeRequest[] = [];
  const answerWith = (handle: Handler) => (incoming: IncomingMessage, response: ServerResponse) => {
    void answer(handle, incoming, response, requests);
  };
  const secure = createSecure({ ...issued, ...options.tls }, answerWith(handler));
  const plain = createPlain(answerWith(options.plain ?? toHttps));
  for (const server of [secure, plain]) {
    server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
      socket.on("error", () => undefined);
      if (options.upgrade === undefined) {
        socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      } else {
        options.upgrade(request, socket);
      }
    });
  }
  const sockets = new Set<Socket>();
  // One port for both, as if it were 80 and 443: TLS begins with byte 22.
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === 22 ? secure : plain).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const { port } = listener.address() as AddressInfo;
  return {
    target: {
      gate: new URL(`https://${gateName}:${port}`),
      echo: new URL(`https://${echoName}:${port}`),
      ca: ca.cert,
      address: "127.0.0.1",
      people: [],
      client: undefined,
      browser: undefined,
      kubeconfig: undefined,
      machineAudience: undefined,
      rotateCommand: undefined,
      loadSeconds: 0,
      ...options.target,
    },
    requests,
    authority: ca,
    port,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((done) => listener.close(() => done()));
    },
  };
}

/** The context of a check, with a probe that keeps what the check says: `right`, `faults`, `figures`. */
export function contextFor(
  target: Target,
  signal: AbortSignal = new AbortController().signal,
): CheckContext & { probe: RecordingProbe } {
  return { target, probe: new RecordingProbe({ directory: tmpdir() }), signal };
}

const toHttps: Handler = ({ host, path }) => ({ status: 301, headers: { location: `https://${host}${path}` } });

async function answer(
  handler: Handler,
  incoming: IncomingMessage,
  response: ServerResponse,
  requests: FakeRequest[],
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk as Buffer);
    }
    const { encrypted, servername } = incoming.socket as Partial<TLSSocket>;
    const request: FakeRequest = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      host: incoming.headers.host ?? "",
      serverName: typeof servername === "string" ? servername : "",
      secure: encrypted === true,
      headers: Object.fromEntries(
        Object.entries(incoming.headersDistinct).map(([name, values]) => [name, values?.join(", ")]),
      ),
      lines: incoming.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [[name, all[index + 1] ?? ""] as [string, string]] : [],
      ),
      body: Buffer.concat(chunks).toString("utf8"),
    };
    requests.push(request);
    const wanted = await handler(request);
    if (wanted === "drop") {
      incoming.socket.destroy();
      return;
    }
    const { status = 200, headers = {}, body = "" } = wanted;
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      response.setHeader(name, typeof value === "string" ? value : [...value]);
    }
    if (typeof body === "object" && headers["content-type"] === undefined) {
      response.setHeader("content-type", "application/json");
    }
    response.end(typeof body === "object" ? JSON.stringify(body) : body);
  } catch (error) {
    // A handler that fails must not look like an answer of the deployment.
    incoming.socket.destroy(error instanceof Error ? error : undefined);
  }
}
