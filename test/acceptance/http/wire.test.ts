import assert from "node:assert/strict";
import { exchange, readAnswers, requestText } from "../../../acceptance/http/wire";
import { fakeGate } from "../fakeGate";
import { rawGate } from "./rawGate";

function read(text: string, ended = false) {
  const { answers, rest } = readAnswers(Buffer.from(text, "latin1"), ended);
  return { answers: answers.map(({ status, body }) => [status, body]), rest: rest.toString("latin1") };
}

describe("bytes on the wire", () => {
  it("go out and come back as they are", async () => {
    const gate = await rawGate((text, socket) => socket.write(text === "more\n" ? "\xff" : "not HTTP\0", "latin1"));
    try {
      const parts = [Buffer.from([0, 13, 10, 0xff]), "more\n"];
      const came = await exchange(gate.target, gate.target.gate, parts, { settle: 30 });
      assert.deepEqual(gate.received, ["\0\r\n\xffmore\n"]);
      assert.deepEqual([came.answers, came.rest.toString("latin1"), came.end], [[], "not HTTP\0\xff", "silent"]);
    } finally {
      await gate.close();
    }
  });

  it("tell a closed connection from one that stays silent", async () => {
    const gate = await rawGate((text, socket) => text === "end" && socket.end());
    try {
      const { target } = gate;
      assert.equal((await exchange(target, target.gate, "end")).end, "closed");
      assert.equal((await exchange(target, target.gate, "stay", { patience: 30 })).end, "silent");
    } finally {
      await gate.close();
    }
  });

  it("go without TLS where the address says so", async () => {
    const gate = await fakeGate(() => ({}), { plain: ({ path }) => ({ status: 404, body: path }) });
    try {
      const request = requestText("GET /a//b HTTP/1.1", [
        ["Host", "a"],
        ["Connection", "close"],
      ]);
      const { answers } = await exchange(gate.target, new URL(`http://${gate.target.gate.host}`), request);
      assert.deepEqual(
        answers.map(({ status, body }) => [status, body]),
        [[404, "/a//b"]],
      );
    } finally {
      await gate.close();
    }
  });

  it("are an error where no connection is had, or its certificate isn't trusted, and never an answer", async () => {
    const gate = await rawGate(() => undefined);
    const { target } = gate;
    await assert.rejects(exchange({ ...target, ca: undefined }, target.gate, ""), /no connection to .*certificate/);
    const over = AbortSignal.abort();
    await assert.rejects(exchange(target, target.gate, "", { signal: over }), /the time of this check was over/);
    await gate.close();
    await assert.rejects(exchange(target, target.gate, ""), /no connection to .*ECONNREFUSED/);
  });
});

describe("reading answers", () => {
  it("takes several apart by their lengths and chunks", () => {
    assert.deepEqual(
      read(
        "HTTP/1.1 100 Continue\r\n\r\n" +
          "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno" +
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nyes\r\n1\r\n!\r\n0\r\n\r\n" +
          "HTTP/1.1 204 No Content\r\n\r\nrest",
      ),
      {
        answers: [
          [403, "no"],
          [200, "yes!"],
          [204, ""],
        ],
        rest: "rest",
      },
    );
  });

  it("reads to the end of the connection where nothing says how long it is", () => {
    assert.deepEqual(read("HTTP/1.1 200\r\n\r\nall", true), { answers: [[200, "all"]], rest: "" });
  });

  it("expects no body after HEAD, whatever its header says", () => {
    const bytes = Buffer.from("HTTP/1.1 301 Moved\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert.equal(readAnswers(bytes, true, true).answers[0]?.status, 301);
  });

  it("leaves what is no answer, or not a whole one", () => {
    assert.deepEqual(read("hello"), { answers: [], rest: "hello" });
    assert.deepEqual(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").answers, []);
    assert.deepEqual(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf").answers, []);
    assert.deepEqual(read("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), {
      answers: [[101, ""]],
      rest: "HTTP/1.1 200 OK\r\n\r\n",
    });
  });
});
