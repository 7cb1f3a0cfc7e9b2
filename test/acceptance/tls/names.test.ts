import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import { names } from "../../../acceptance/checks/tls/names";
import { onlyPublicPorts } from "../../../acceptance/checks/tls/onlyPublicPorts";
import { issue } from "../certificates";
import { contextFor, echoName, fakeAuthority, fakeGate, gateName, type Handler } from "../fakeGate";
import { http2Gate } from "../http/http2Gate";

const served = [gateName, echoName];

describe("the check of names that differ", () => {
  /** Ends handshakes for names that it doesn't know, as the gateway does. */
  async function faultsOf(handler: Handler, { anyName = false } = {}): Promise<string[]> {
    const identity = await issue(await fakeAuthority(), [gateName, `*.${gateName}`]);
    const known = createSecureContext(identity);
    const gate = await http2Gate(handler, {
      ...(anyName ? identity : {}),
      SNICallback: (name, done) =>
        served.includes(name) || anyName ? done(null, known) : done(new Error("an unknown name")),
    });
    try {
      const context = contextFor(gate.target);
      await names(["dex.auth.svc.cluster.local", "localhost"]).run(context);
      assert.ok(context.probe.tried > 30);
      return context.probe.faults;
    } finally {
      await gate.close();
    }
  }
  const refuse: Handler = ({ host }) => ({ status: served.includes(host.replace(/:\d+$/, "")) ? 403 : 404 });

  it("passes on a gate that ends handshakes for unknown names and refuses the rest", async () => {
    assert.deepEqual(await faultsOf(refuse), []);
  });

  it("finds an application under another name, a host that nobody should know, and a backend that is asked", async () => {
    const faults = await faultsOf(
      (request) => {
        if (request.serverName === "unknown.example") {
          return { body: { user: null, groups: [], headers: request.headers } };
        }
        if (request.host === "dex.auth.svc.cluster.local") {
          return { body: "keys" };
        }
        return request.host === "localhost"
          ? { status: 403, headers: { "x-envoy-upstream-service-time": "1" } }
          : refuse(request);
      },
      { anyName: true },
    );
    for (const wanted of [
      /^unknown.example in TLS, \/ of kubeflow.example.com:\d+ in the request: .*; came status 200 and the application's answer$/m,
      /^\/dex\/keys of dex.auth.svc.cluster.local over a connection .*; came status 200$/m,
      /^\/dex\/keys of dex.auth.svc.cluster.local over an HTTP\/2 connection .*; came status 200$/m,
      /^\/ of localhost over .*; came status 403 from a backend, which should never have been asked$/m,
    ]) {
      assert.match(faults.join("\n"), wanted);
    }
    assert.ok(faults.every((fault) => /unknown\.example in TLS|dex\.auth|localhost/.test(fault)));
  });
});

describe("the check of ports", () => {
  it("finds one that answers, with TLS or without, and takes closed ones for right", async () => {
    const gate = await fakeGate(() => ({ status: 403 }));
    const inner = await fakeGate(() => ({}));
    const closed = await fakeGate(() => ({}));
    await closed.close();
    try {
      const context = contextFor(gate.target);
      const ports = [
        { port: inner.port, what: "the inside" },
        { port: closed.port, what: "nothing" },
      ];
      await onlyPublicPorts(ports).run(context);
      assert.deepEqual(context.probe.faults, [
        `port ${inner.port}, the inside: should not be reached from here; it answers`,
      ]);
      assert.equal(context.probe.right.length, 2);
    } finally {
      await gate.close();
      await inner.close();
    }
  });

  it("proves nothing where the gate itself doesn't answer", async () => {
    const gate = await fakeGate(() => ({}));
    await gate.close();
    const context = contextFor(gate.target);
    await onlyPublicPorts([]).run(context);
    assert.match(context.probe.faults.join("\n"), /is the gate and should have answered/);
  });
});
