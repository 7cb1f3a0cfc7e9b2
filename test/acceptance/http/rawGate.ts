import { type AddressInfo, type Socket } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { type Target } from "../../../acceptance/check";
import { issue } from "../certificates";
import { echoName, fakeAuthority, gateName } from "../fakeGate";

export interface RawGate {
  target: Target;
  /** What came over each connection, byte for character. */
  received: string[];
  close(): Promise<void>;
}

/** A deployment that speaks no HTTP of its own: `handle` reads and writes bytes. It is called for each piece that comes. */
export async function rawGate(
  handle: (text: string, socket: Socket) => void,
  target: Partial<Target> = {},
  tls: TlsOptions = {},
): Promise<RawGate> {
  const ca = await fakeAuthority();
  const identity = await issue(ca, [gateName, `*.${gateName}`]);
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ ...identity, ALPNProtocols: ["http/1.1"], ...tls }, (socket) => {
    sockets.add(socket);
    const index = received.push("") - 1;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      const text = chunk.toString("latin1");
      received[index] += text;
      handle(text, socket);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    received,
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
      ...target,
    },
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((done) => server.close(() => done()));
    },
  };
}
