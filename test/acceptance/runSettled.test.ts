import assert from "node:assert/strict";
import { manner, settled } from "../../acceptance/settle";
import { type FakeAnswer, type FakeGate, fakeGate } from "./fakeGate";

describe("waiting until the gate answers as before", () => {
  const { signal } = new AbortController();
  const patience = { within: 100, every: 2, times: 3 };
  let answer: (path: string) => FakeAnswer;
  let gate: FakeGate;
  const normal = (path: string): FakeAnswer =>
    path.startsWith("/oauth2/start")
      ? { status: 302, headers: { location: `/dex/auth?state=${Math.random()}` } }
      : { status: path.startsWith("/dex/") ? 200 : 403 };

  before(async () => {
    gate = await fakeGate(({ path }) => answer(path));
  });
  beforeEach(() => (answer = normal));
  after(() => gate.close());

  it("knows the gate by status and way of sign-in, not by what changes each time", async () => {
    const before = await manner(gate.target, signal);
    assert.deepEqual(before, [
      "GET /: 403",
      "GET /api/: 403",
      "GET /dex/.well-known/openid-configuration: 200",
      "GET /oauth2/start?rd=%2F: 302 to /dex/auth",
    ]);
    assert.deepEqual(await settled(gate.target, before, signal, patience), []);
  });

  it("waits for recovery, and wants it several times in a row", async () => {
    const before = await manner(gate.target, signal);
    let asked = 0;
    answer = (path) => {
      asked += 1;
      // The first round fails, the second is well, the third fails again.
      return asked <= 4 || (asked > 8 && asked <= 12) ? { status: 503 } : normal(path);
    };
    assert.deepEqual(await settled(gate.target, before, signal, { ...patience, within: 20_000 }), []);
    assert.ok(asked >= 6 * 4, `${asked} requests`);
  });

  it("says what is different when it stays so, a dead connection included", async () => {
    const before = await manner(gate.target, signal);
    answer = (path) => (path === "/" ? { status: 200 } : path === "/api/" ? "drop" : normal(path));
    const [page, data, ...others] = await settled(gate.target, before, signal, patience);
    assert.equal(page, "GET /: 200, before GET /: 403");
    assert.match(data ?? "", /^GET \/api\/: .+, before GET \/api\/: 403$/);
    assert.deepEqual(others, []);
  });

  it("stops when the run is interrupted", async () => {
    answer = () => ({ status: 500 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    assert.deepEqual(await settled(gate.target, ["other"], controller.signal, { within: 60_000, every: 30_000 }), []);
  });
});
