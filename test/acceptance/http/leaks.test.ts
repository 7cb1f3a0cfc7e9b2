import assert from "node:assert/strict";
import { type Target } from "../../../acceptance/check";
import { inParallel } from "../../../acceptance/http/inParallel";
import { type Allowed, leakIn, newMark, summary, whileItRefuses } from "../../../acceptance/http/leaks";
import { contextFor, fakeGate } from "../fakeGate";

const target = { gate: new URL("https://kubeflow.example.com") } as Target;
const mark = newMark();

function leak(status: number, headers: Record<string, string> = {}, body = "", allowed: Allowed = {}, rest = "") {
  const answers = status === 0 ? [] : [{ status, headers: Object.entries(headers), body }];
  return leakIn(target, { answers, rest: Buffer.from(rest) }, [mark], allowed);
}

describe("what goes out to somebody without identity", () => {
  it("may be a refusal, or nothing at all", () => {
    for (const status of [0, 400, 401, 403, 405, 426, 431, 501]) {
      assert.equal(leak(status, {}, "RBAC: access denied"), undefined);
    }
  });

  it("may be no page, no error of the server, no redirect and no 'not found'", () => {
    for (const status of [101, 200, 204, 206, 301, 302, 304, 404, 500, 502, 503]) {
      assert.match(leak(status) ?? "", new RegExp(`status ${status}`));
    }
  });

  it("may not show the request or look like the echo, whatever its status", () => {
    assert.match(leak(403, {}, `x ${mark.text} y`) ?? "", /the application's answer/);
    assert.match(leak(403, {}, '{"user":null,"groups":[],"headers":{}}') ?? "", /the application's answer/);
  });

  it("may not come from a backend, also when it refuses", () => {
    assert.match(leak(403, { "x-envoy-upstream-service-time": "3" }) ?? "", /from a backend/);
  });

  it("may be 'not found' for what has no route", () => {
    assert.equal(leak(404, {}, "", { unrouted: true }), undefined);
    assert.match(leak(404, { "x-envoy-upstream-service-time": "3" }, "", { unrouted: true }) ?? "", /from a backend/);
  });

  it("may be Dex's 'not found' or a redirect within the gate for what is sign-in's", () => {
    const upstream = { "x-envoy-upstream-service-time": "3" };
    assert.equal(leak(404, upstream, "404 page not found", { signIn: true }), undefined);
    assert.equal(leak(302, { ...upstream, location: "/dex/auth" }, "", { signIn: true }), undefined);
    assert.match(leak(302, { location: "//evil.example/" }, "", { signIn: true }) ?? "", /away from the gate/);
    assert.match(leak(200, upstream, "page", { signIn: true }) ?? "", /status 200/);
    assert.match(leak(404, {}, mark.text, { signIn: true }) ?? "", /application's answer/);
  });

  it("may be a refusal in gRPC's own words", () => {
    assert.equal(leak(200, { "grpc-status": "7" }), undefined);
    assert.match(leak(200, { "grpc-status": "0" }) ?? "", /status 200/);
    assert.match(leak(200, { "grpc-status": "7" }, "bytes") ?? "", /status 200/);
  });

  it("may not be further bytes, unless they are a refusal that was cut off", () => {
    assert.match(leak(400, {}, "", {}, "hello") ?? "", /5 bytes that are no refusal/);
    assert.match(leak(0, {}, "", {}, `HTTP/1.1 403\r\n\r\n${mark.text}`) ?? "", /shows the request/);
    assert.match(leak(0, {}, "", {}, "HTTP/1.1 200 OK\r\n") ?? "", /no refusal/);
    assert.equal(leak(0, {}, "", {}, "HTTP/1.1 403 Forbidden\r\nContent-Le"), undefined);
  });

  it("is told in a line without anything of a body", () => {
    assert.equal(summary({ answers: [] }), "no answer");
    const answers = [400, 200].map((status) => ({ status, headers: [], body: "secret" }));
    assert.equal(summary({ answers, rest: Buffer.from("abc") }), "400, 200 and 3 further bytes");
  });
});

describe("a check between two plain requests", () => {
  it("fails where the gate doesn't refuse, before or afterwards", async () => {
    let status = 403;
    const gate = await fakeGate(() => ({ status }));
    try {
      const context = contextFor(gate.target);
      await whileItRefuses(context, [gate.target.gate], () => {
        status = 503;
        return Promise.resolve();
      });
      assert.equal(context.probe.right.length, 1);
      assert.match(context.probe.faults.join("\n"), /^afterwards: .* should be refused with 401 or 403; came 503$/);
    } finally {
      await gate.close();
    }
  });
});

describe("doing things a few at a time", () => {
  it("does each once, never more at a time than said, and keeps their order", async () => {
    let now = 0;
    let most = 0;
    const results = await inParallel(
      [3, 1, 2, 5, 4],
      async (item) => {
        most = Math.max(most, (now += 1));
        await new Promise((done) => setTimeout(done, item));
        now -= 1;
        return item * 2;
      },
      2,
    );
    assert.deepEqual([results, most], [[6, 2, 4, 10, 8], 2]);
  });

  it("begins nothing more after an error, and gives that error", async () => {
    const begun: number[] = [];
    const act = (item: number) => {
      begun.push(item);
      return item === 2 ? Promise.reject(new Error("broken")) : Promise.resolve();
    };
    await assert.rejects(inParallel([1, 2, 3, 4], act, 1), /broken/);
    assert.deepEqual(begun, [1, 2]);
  });
});
