import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { type AddressInfo, type Socket } from "node:net";
import { type SecureServerOptions } from "node:http2";
import { type TLSSocket } from "node:tls";
import { issue } from "../certificates";
import { echoName, fakeAuthority, type FakeRequest, gateName, type Handler } from "../fakeGate";
import { type Target } from "../../../acceptance/check";

export interface Http2Gate {
  target: Target;
  requests: FakeRequest[];
  close(): Promise<void>;
}

/** A deployment as `fakeGate` makes one, which speaks HTTP/2 as well; `drop` ends the stream. */
export async function http2Gate(handler: Handler, tls: SecureServerOptions = {}): Promise<Http2Gate> {
  const ca = await fakeAuthority();
  const identity = await issue(ca, [gateName, `*.${gateName}`]);
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket | ServerHttp2Session>();
  const server = createSecureServer({ ...identity, allowHTTP1: true, ...tls }, (request, response) => {
    void answer(handler, request, response, requests).catch(() => request.stream.destroy());
  });
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined);
    sockets.add(socket);
  });
  server.on("session", (session) => session.on("error", () => undefined));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    requests,
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
    },
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((done) => server.close(() => done()));
    },
  };
}

async function answer(
  handler: Handler,
  incoming: Http2ServerRequest,
  response: Http2ServerResponse,
  requests: FakeRequest[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const { servername } = incoming.socket as Partial<TLSSocket>;
  const { rawHeaders } = incoming;
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as [string, string]] : [],
  );
  const request: FakeRequest = {
    method: incoming.method,
    path: incoming.url,
    host: incoming.authority ?? incoming.headers.host ?? "",
    serverName: typeof servername === "string" ? servername : "",
    secure: true,
    headers: Object.fromEntries(
      lines.filter(([name]) => !name.startsWith(":")).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    lines,
    body: Buffer.concat(chunks).toString("utf8"),
  };
  requests.push(request);
  const wanted = await handler(request);
  if (wanted === "drop") {
    incoming.stream.close();
    return;
  }
  const { status = 200, headers = {}, body = "" } = wanted;
  if (incoming.httpVersionMajor === 1) {
    // Nobody has to wait whether more comes.
    response.setHeader("connection", "close");
  }
  response.writeHead(
    status,
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
    ),
  );
  response.end(typeof body === "object" ? JSON.stringify(body) : body);
}
