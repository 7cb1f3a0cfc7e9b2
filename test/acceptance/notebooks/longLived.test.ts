import assert from "node:assert/strict";
import { type IncomingMessage } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, type Socket } from "node:net";
import { type Target } from "../../../acceptance/check";
import { longLivedAt } from "../../../acceptance/checks/notebooks/longLived";
import { type OwnNotebooks } from "../../../acceptance/checks/notebooks/own/ownNotebooks";
import { streamingNotebook } from "../../../acceptance/checks/notebooks/own/streamingNotebook";
import { Jar } from "../../../acceptance/http/jar";
import { issue } from "../certificates";
import { contextFor, fakeAuthority } from "../fakeGate";

type Wrong =
  "a limit of time" | "answers wait for their end" | "uploads are cut off" | "no websockets" | "bytes change";

const name = "a--streams.kubeflow-notebooks.example.com";

/** A notebook that gives back what it gets, behind a gateway with something wrong. */
async function said(wrong?: Wrong) {
  const ca = await fakeAuthority();
  const server = createServer(await issue(ca, [name]), (request, response) => {
    if (request.method !== "POST") {
      response.end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    if (wrong === "answers wait for their end") {
      request.resume();
      setTimeout(() => response.destroy(), 50);
      return;
    }
    let came = 0;
    request.on("data", (chunk: Buffer) => {
      came += chunk.length;
      if (wrong === "uploads are cut off" && came > 100_000) {
        response.destroy();
      } else {
        response.write(wrong === "bytes change" && came > 100_000 ? chunk.fill(0) : chunk);
      }
    });
  });
  server.on("upgrade", (_: IncomingMessage, socket: Socket) => {
    socket.on("error", () => undefined);
    socket.write(
      wrong === "no websockets"
        ? "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        : "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    socket.pipe(socket);
    if (wrong === "a limit of time") {
      setTimeout(() => socket.destroy(), 50);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const context = contextFor({
    ca: ca.cert,
    address: "127.0.0.1",
    gate: new URL("https://a.example"),
    people: [],
  } as unknown as Target);
  const own = {
    namespace: "a",
    at: { streams: { origin: new URL(`https://${name}:${port}`), prefix: "/notebook/a/streams/" } },
    session: { jar: new Jar() },
  } as unknown as OwnNotebooks<"streams">;
  await longLivedAt(context, own, { idle: 0.1, upload: 2 << 20 });
  server.closeAllConnections();
  server.close();
  return { faults: context.probe.faults, right: context.probe.right };
}

describe("notebooks/long-lived", () => {
  it("passes where bytes come and go for as long as somebody is there", async () => {
    const { faults, right } = await said();
    assert.deepEqual(faults, []);
    assert.equal(right.length, 8);
  });

  const wrong: [Wrong, RegExp][] = [
    ["a limit of time", /^a websocket on which nothing comes for 0.1 s: (it was|write|read|socket|This socket)/],
    ["answers wait for their end", /^events: (aborted|it was cut off|it was ended)/],
    ["uploads are cut off", /^an upload of 2 MiB: /],
    ["no websockets", /^a websocket .*: 101 was wanted to begin with; came 403/],
    ["bytes change", /^all of 2097152 bytes should come back as they were; 2097152 came/],
  ];
  for (const [what, says] of wrong) {
    it(`finds ${what}`, async () => {
      const { faults } = await said(what);
      assert.ok(
        faults.some((fault) => says.test(fault)),
        faults.join("\n"),
      );
    });
  }

  it("brings a notebook that gives back bytes at one path, and elsewhere answers as the echo does", () => {
    const { config = "" } = streamingNotebook("streams");
    assert.match(config, /regex: \(\/notebook\/\[\^\/\]\+\/\[\^\/\]\+\)\?\/bytes\n/);
    assert.match(config, /stream_idle_timeout: 0s/);
    assert.match(config, /direct_response/);
    assert.match(config, /TcpConnectionPoolProto/);
  });
});
