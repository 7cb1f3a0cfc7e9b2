import assert from "node:assert/strict";
import { describeError, isAbort } from "../../acceptance/describeError";
import { RecordingProbe } from "../../acceptance/recordingProbe";
import { visible } from "../../acceptance/visible";
import { withoutTokens } from "../../acceptance/withoutTokens";

describe("the texts of a run", () => {
  it("describe an error with what hides in it, in one short line without colours", () => {
    assert.equal(describeError(new AggregateError([new Error("a"), new Error("b")], "both")), "both; a; b");
    assert.equal(describeError(new Error("fetch failed", { cause: new Error("refused") })), "fetch failed (refused)");
    assert.equal(describeError(new Error("\u001b[31mone\u001b[0m\n  two")), "one two");
    assert.equal(describeError("text"), "text");
    assert.equal(describeError(new TypeError("")), "TypeError");
    assert.equal(describeError(new Error("x".repeat(2000))).length, 501);
    const abort = new DOMException("ended", "AbortError");
    assert.ok(isAbort(abort) && !isAbort(new Error("a")) && !isAbort("AbortError"));
  });

  it("hold nothing that a terminal or a reader's eye would obey", () => {
    const probe = new RecordingProbe({ directory: "unused" });
    const hostile = "came \u001b]0;x\u0007\u009b2J\u202eok\u2066\r\n  1 passed\u2028";
    probe.wrong(hostile);
    assert.deepEqual(probe.faults, ["came \\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}ok\\u{2066}\\r\\n  1 passed\\u{2028}"]);
    assert.equal(visible("grün ✔ 日本"), "grün ✔ 日本");
  });

  it("hold no token and no cookie", () => {
    const token = `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.c2ln`;
    for (const [text, expected] of [
      [`sent ${token}, got 200`, "sent [token], got 200"],
      [`sent ${token.replace(/\.[^.]*$/, ".")} got 200`, "sent [token] got 200"],
      ["Authorization: Bearer abcdefgh.123", "Authorization: Bearer [token]"],
      ["Set-Cookie: __Secure-gatehouse_0=abc/def|1; Path=/", "Set-Cookie: __Secure-gatehouse_0=[cookie]; Path=/"],
      ["a bearer of news", "a bearer of news"],
    ] as const) {
      assert.equal(withoutTokens(text), expected);
    }
  });
});
