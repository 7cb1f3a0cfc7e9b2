import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { overAConnection, trustedAddress } from "../../../acceptance/checks/failClosed/pastTheBalancer";
import { type Api } from "../../../acceptance/cluster/api";
import { contextFor, fakeGate } from "../fakeGate";

describe("fail closed: past the balancer that writes the PROXY protocol's header", () => {
  const { signal } = new AbortController();

  /** A gateway that demands the header, and answers with a status. */
  const say = async (source: string | undefined, status = 403) => {
    let got = "";
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (chunk: Buffer) => {
        got = chunk.toString();
        if (got.startsWith("PROXY ")) {
          socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
        } else {
          socket.destroy();
        }
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const gate = await fakeGate(() => ({ status: 403 }));
    const { port } = server.address() as AddressInfo;
    const came = await overAConnection(contextFor(gate.target), { port })([["Authorization", "Bearer t"]], source);
    await gate.close();
    server.close();
    return { came, got };
  };

  it("says whose connection it is before the request", async () => {
    const { came, got } = await say("172.19.0.2");
    assert.equal(came, 403);
    assert.match(got, /^PROXY TCP4 172\.19\.0\.2 192\.0\.2\.1 40000 443\r\nGET \/probe HTTP\/1\.1\r\n/);
    assert.match(got, /Authorization: Bearer t\r\n/);
    assert.equal((await say("172.19.0.2", 200)).came, 200);
  });

  it("tells a connection that was closed from one that was answered", async () => {
    assert.deepEqual((await say(undefined)).came, "closed");
  });

  it("claims an address that the gateway's NetworkPolicy lets in", async () => {
    const policy = (from: object[]) =>
      ({ get: () => Promise.resolve({ spec: { ingress: [{ from }] } }) }) as unknown as Api;
    assert.equal(
      await trustedAddress(policy([{ podSelector: {} }, { ipBlock: { cidr: "172.19.0.2/32" } }]), signal),
      "172.19.0.2",
    );
    await assert.rejects(trustedAddress(policy([{ podSelector: {} }]), signal), /lets no IPv4 address in/);
  });
});
