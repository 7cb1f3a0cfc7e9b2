import { KubeConfig } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:https";
import { type AddressInfo, type Socket } from "node:net";
import { forwardPort } from "../../../acceptance/cluster/prober";
import { ask } from "../../../acceptance/http/request";
import { fakeAuthority, gateName } from "../fakeGate";
import { deployment, gateCertificate } from "../tokens/deployment";

/** A frame of a websocket with binary data of up to 64 KB (RFC 6455, section 5.2). */
function frame(channel: number, data: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), data]);
  const head = Buffer.from([0x82, 126, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The payload of a short masked frame, as clients send them. */
function payloadOf(bytes: Buffer): Buffer {
  const long = ((bytes[1] ?? 0) & 0x7f) === 126 ? 2 : 0;
  const mask = bytes.subarray(2 + long, 6 + long);
  return Buffer.from(bytes.subarray(6 + long).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}

/** An API server that does with a websocket whatever a test wants. */
async function apiServer(connected: (socket: Socket) => void): Promise<{ server: Server; config: KubeConfig }> {
  const server = createServer(await gateCertificate());
  server.on("upgrade", (request, socket: Socket) => {
    const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n`,
    );
    socket.on("error", () => undefined);
    connected(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: "a",
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      caData: Buffer.from((await fakeAuthority()).cert).toString("base64"),
      tlsServerName: `api.${gateName}`,
      skipTLSVerify: false,
    },
    { name: "a" },
  );
  return { server, config };
}

describe("a port of this machine that leads into a pod", () => {
  const portBytes = Buffer.from([0x78, 0x23]);

  async function askThrough(connected: (socket: Socket) => void) {
    const { server, config } = await apiServer(connected);
    const made = await deployment();
    await made.close();
    const forwarded = await forwardPort(config, "a", "client", 9080);
    try {
      const target = { ...made.target, address: undefined };
      return await ask(target, new URL(`http://127.0.0.1:${forwarded.port}`), "/");
    } finally {
      await forwarded.close();
      server.closeAllConnections();
      server.close();
    }
  }

  it("carries requests and answers", async () => {
    const answer = await askThrough((socket) => {
      socket.write(frame(0, portBytes));
      socket.write(frame(1, portBytes));
      socket.once("data", (bytes: Buffer) => {
        assert.match(payloadOf(bytes).toString("latin1"), /^\0GET \/ HTTP\/1.1\r\n/);
        socket.write(frame(0, Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")));
      });
    });
    assert.deepEqual([answer.status, answer.body], [200, "ok"]);
  });

  it("ends the connection when kubelet could not connect", async () => {
    const refused = askThrough((socket) => {
      socket.write(frame(0, portBytes));
      socket.write(frame(1, portBytes));
      socket.write(frame(1, Buffer.from("connection refused")));
    });
    await assert.rejects(refused, /socket hang up|ECONNRESET/);
  });

  it("ends the connection when the API server does, or lets nobody in", async () => {
    await assert.rejects(
      askThrough((socket) => socket.end()),
      /socket hang up|ECONNRESET/,
    );
  });
});
