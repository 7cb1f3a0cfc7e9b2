import assert from "node:assert/strict";
import { askHttp2, requestFields } from "../../../acceptance/http/http2";
import { fakeGate } from "../fakeGate";
import { http2Gate } from "./http2Gate";

describe("asking over HTTP/2", () => {
  it("sends the fields as they stand, in their order, and reads the whole answer", async () => {
    const gate = await http2Gate(({ body }) => ({ status: 403, headers: { "x-a": ["1", "2"] }, body: `got ${body}` }));
    try {
      const { target, requests } = gate;
      const fields = [
        ...requestFields(target.gate, "//dex/%2e%2e", [["X-Long", "1".repeat(300)]]),
        ["x-long", "2"] as const,
      ];
      const answer = await askHttp2(target, target.gate, fields, { body: "a body" });
      assert.ok(answer.kind === "answer");
      assert.deepEqual([answer.status, answer.body], [403, "got a body"]);
      assert.ok(answer.headers.some(([name, value]) => name === "x-a" && value === "1, 2"));
      assert.deepEqual(
        requests[0]?.lines,
        fields.map(([name, value]) => [name.toLowerCase(), value]),
      );
    } finally {
      await gate.close();
    }
  });

  it("gets out what Node's own client would keep back", async () => {
    const gate = await http2Gate(() => ({ status: 403 }));
    try {
      const { target } = gate;
      const plain = requestFields(target.gate, "/");
      for (const field of [
        [":path", "/other"],
        [":status", "200"],
        ["transfer-encoding", "chunked"],
        ["connection", "keep-alive"],
      ] as const) {
        // The server's library refuses them; without these fields it answers.
        const { kind } = await askHttp2(target, target.gate, [...plain, field]);
        assert.equal(kind, "refused", field.join(": "));
      }
      assert.equal((await askHttp2(target, target.gate, plain)).kind, "answer");
    } finally {
      await gate.close();
    }
  });

  it("tells a refused stream from one that stays silent", async () => {
    const gate = await http2Gate(({ path }) => (path === "/drop" ? "drop" : new Promise(() => undefined)));
    try {
      const { target } = gate;
      assert.equal((await askHttp2(target, target.gate, requestFields(target.gate, "/drop"))).kind, "refused");
      const silent = await askHttp2(target, target.gate, requestFields(target.gate, "/"), { patience: 50 });
      assert.equal(silent.kind, "silent");
    } finally {
      await gate.close();
    }
  });

  it("is an error where the server has no HTTP/2, or isn't there", async () => {
    const gate = await fakeGate(() => ({}), { tls: { ALPNProtocols: ["http/1.1"] } });
    const { target } = gate;
    const asked = () => askHttp2(target, target.gate, requestFields(target.gate, "/"));
    await assert.rejects(asked(), /no HTTP\/2 connection/);
    await gate.close();
    await assert.rejects(asked(), /ECONNREFUSED/);
  });
});
