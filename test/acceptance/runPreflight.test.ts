import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { type Target } from "../../acceptance/check";
import { problemOf, reach } from "../../acceptance/preflight";
import { BadInput, type Problem } from "../../cli/exit";
import { authority, issue } from "./certificates";
import { fakeAuthority, type FakeGate, fakeGate, type FakeOptions, gateName } from "./fakeGate";

describe("the look at the gate before the first check", () => {
  let gate: FakeGate | undefined;
  afterEach(() => gate?.close());
  const open = async (options: FakeOptions = {}) => (gate = await fakeGate(() => ({ status: 503 }), options));
  const refusal = async (target: Target): Promise<Problem> => {
    try {
      await reach(target, target.gate, "<url>");
    } catch (error) {
      assert.ok(error instanceof BadInput);
      assert.equal(error.problems.length, 1);
      return error.problems[0] as Problem;
    }
    return assert.fail("it was taken");
  };

  it("is content with any answer over trusted TLS: what is wrong with it is for the checks", async () => {
    const { target } = await open();
    await reach(target, target.gate, "<url>");
  });

  it("asks for the CA where none was given, and for the right one where it was", async () => {
    const { target } = await open();
    const without = await refusal({ ...target, ca: undefined });
    assert.deepEqual([without.key, /pulumi stack output caCertificate/.test(without.mend)], ["--ca", true]);
    const other = await authority();
    assert.equal((await refusal({ ...target, ca: other.cert })).key, "--ca");
  });

  it("tells certificates of other names and times apart", async () => {
    const ca = await fakeAuthority();
    const { target } = await open({ tls: await issue(ca, ["other.example.com"]) });
    const name = await refusal(target);
    assert.match(name.value, /other\.example\.com/);
    assert.match(name.mend, /a name that the certificate has/);
    await gate?.close();
    const old = await open({ tls: await issue(ca, [gateName], { notAfter: new Date(Date.now() - 1000) }) });
    assert.match((await refusal(old.target)).mend, /renew/);
  });

  it("tells a closed port, an unknown name and a port without TLS apart", async () => {
    const { target } = await open();
    const address = target.address ?? "";
    await gate?.close();
    assert.match((await refusal(target)).mend, /does the gateway run/);
    for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
      const error = Object.assign(new Error(`getaddrinfo ${code}`), { code });
      assert.match(problemOf(error, { ...target, address: undefined }, target.gate, "<url>").mend, /--connect/);
      assert.equal(problemOf(error, target, target.gate, "<url>").key, "--connect");
    }
    const nested = new AggregateError([Object.assign(new Error("connect"), { code: "EHOSTUNREACH" })]);
    assert.match(problemOf(nested, target, target.gate, "<url>").mend, /does the gateway run/);
    const plain = createServer((socket) =>
      socket
        .resume()
        .on("error", () => undefined)
        .end("HTTP/1.1 400\r\n\r\n"),
    );
    await new Promise<void>((done) => plain.listen(0, address, done));
    const { port } = plain.address() as AddressInfo;
    assert.match((await refusal({ ...target, gate: new URL(`https://${gateName}:${port}`) })).mend, /port for https/);
    await new Promise((done) => plain.close(done));
  });
});
