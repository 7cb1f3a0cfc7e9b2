import assert from "node:assert/strict";
import { mostBytes } from "../../../acceptance/http/collected";
import { askHttp2, requestFields } from "../../../acceptance/http/http2";
import { ask } from "../../../acceptance/http/request";
import { exchange, readAnswers, requestText } from "../../../acceptance/http/wire";
import { fakeGate, type FakeGate } from "../fakeGate";
import { http2Gate } from "./http2Gate";

const tooLong = /the answer was longer than 256 KB/;

describe("an answer without end", () => {
  let gate: FakeGate;
  before(async () => {
    gate = await fakeGate(({ path }) => ({ status: 200, body: "x".repeat(mostBytes + (path === "/fits" ? 0 : 1)) }));
  });
  after(() => gate.close());

  it("is an error and not read, over HTTP/1.1", async () => {
    const { target } = gate;
    assert.equal((await ask(target, target.gate, "/fits")).body.length, mostBytes);
    await assert.rejects(ask(target, target.gate, "/"), tooLong);
  });

  it("is an error byte for byte, too", async () => {
    const { target } = gate;
    const request = requestText("GET / HTTP/1.1", [["Host", target.gate.host]]);
    await assert.rejects(exchange(target, target.gate, request), tooLong);
  });

  it("is an error over HTTP/2", async () => {
    const http2 = await http2Gate(() => ({ status: 200, body: "x".repeat(mostBytes + 1) }));
    try {
      const { target } = http2;
      await assert.rejects(askHttp2(target, target.gate, requestFields(target.gate, "/")), tooLong);
    } finally {
      await http2.close();
    }
  });

  it("has no chunk of negative size, with which a reader would begin anew for ever", () => {
    const bytes = Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-6\r\n0\r\n\r\n");
    assert.deepEqual(readAnswers(bytes, true).answers, []);
  });
});
