import assert from "node:assert/strict";
import { acceptOf, openWebsocket } from "../../../acceptance/http/websocket";
import { fakeGate } from "../fakeGate";

describe("asking for a websocket", () => {
  it("has the key of the standard's example accepted as there", () => {
    assert.equal(acceptOf("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  it("tells an open one from a connection that was only handed over, and from a refusal", async () => {
    const gate = await fakeGate(() => ({}), {
      upgrade: ({ url, headers }, socket) => {
        const accept = url === "/open" ? acceptOf(String(headers["sec-websocket-key"])) : "of something else";
        socket.write(
          url === "/refuse"
            ? "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
            : `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`,
        );
      },
    });
    try {
      for (const [path, switched, opened, rest] of [
        ["/open", true, true, "hello"],
        ["/other", true, false, "hello"],
        ["/refuse", false, false, ""],
      ] as const) {
        const came = await openWebsocket(gate.target, gate.target.gate, path, [["Origin", "https://a"]], {
          settle: 20,
        });
        assert.deepEqual([came.switched, came.opened, came.rest.toString()], [switched, opened, rest], path);
      }
    } finally {
      await gate.close();
    }
  });
});
