import assert from "node:assert/strict";
import { ask, header } from "../../acceptance/http/request";
import { contextFor, echoName, type FakeGate, fakeGate } from "./fakeGate";

describe("the fake deployment of these tests", () => {
  let gate: FakeGate | undefined;
  afterEach(() => gate?.close());

  it("answers over TLS with a certificate from its CA, and keeps what it was asked", async () => {
    gate = await fakeGate(({ host }) => ({ status: 403, headers: { "Set-Cookie": ["a=1", "b=2"] }, body: { host } }));
    const { target, port } = gate;
    const answer = await ask(target, new URL(target.gate), "//dex/%2e%2e?a=b", {
      headers: [
        ["X-Twice", "1"],
        ["x-twice", "2"],
      ],
    });
    assert.equal(answer.status, 403);
    assert.deepEqual(JSON.parse(answer.body), { host: `kubeflow.example.com:${port}` });
    assert.equal(answer.headers.filter(([name]) => name === "set-cookie").length, 2);
    const [request] = gate.requests;
    assert.equal(request?.path, "//dex/%2e%2e?a=b");
    assert.equal(request.serverName, "kubeflow.example.com");
    assert.equal(request.headers["x-twice"], "1, 2");
    assert.deepEqual(request.lines.slice(1, 3), [
      ["X-Twice", "1"],
      ["x-twice", "2"],
    ]);
  });

  it("answers without TLS on the same port, by default with a redirect", async () => {
    gate = await fakeGate(() => ({}));
    const answer = await ask(gate.target, new URL(`http://${echoName}:${gate.port}`), "/a");
    assert.equal(answer.status, 301);
    assert.equal(header(answer, "location"), `https://${echoName}:${gate.port}/a`);
  });

  it("drops a connection when it is told to, and when its handler fails", async () => {
    gate = await fakeGate(({ path }) => {
      if (path === "/fail") {
        throw new Error("the handler failed");
      }
      return "drop";
    });
    for (const path of ["/drop", "/fail"]) {
      await assert.rejects(ask(gate.target, gate.target.gate, path), /socket hang up|ECONNRESET/);
    }
  });

  it("isn't trusted without its CA", async () => {
    gate = await fakeGate(() => ({}));
    await assert.rejects(ask({ ...gate.target, ca: undefined }, gate.target.gate, "/"), /certificate/);
  });

  it("gives a context whose probe keeps right and wrong", () => {
    const { probe } = contextFor({} as never);
    probe.seen("a");
    probe.expect(true, "b");
    probe.expect(false, "c", "d came");
    probe.wrong("e");
    assert.deepEqual([probe.right, probe.faults, probe.tried], [["a", "b"], ["d came", "e"], 4]);
  });
});
