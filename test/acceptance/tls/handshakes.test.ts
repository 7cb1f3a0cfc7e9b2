import assert from "node:assert/strict";
import { constants } from "node:crypto";
import { createServer as createPlain } from "node:net";
import { type TlsOptions } from "node:tls";
import { type Check, type Target } from "../../../acceptance/check";
import { alpn } from "../../../acceptance/checks/tls/alpn";
import { ciphers } from "../../../acceptance/checks/tls/ciphers";
import { clientCertificate } from "../../../acceptance/checks/tls/clientCertificate";
import { oldVersions } from "../../../acceptance/checks/tls/oldVersions";
import { renegotiation } from "../../../acceptance/checks/tls/renegotiation";
import { todaysVersions } from "../../../acceptance/checks/tls/todaysVersions";
import { contextFor, fakeGate } from "../fakeGate";

/** What a gateway of ours takes. */
const strict: TlsOptions = {
  minVersion: "TLSv1.2",
  ciphers:
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:" +
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
  ALPNProtocols: ["h2", "http/1.1"],
};

async function faultsOf(
  check: Check,
  tls: TlsOptions,
  target: Partial<Target> = { echo: undefined },
): Promise<string[]> {
  const gate = await fakeGate(() => ({}), { tls: { ...strict, ...tls }, target });
  try {
    const context = contextFor(gate.target);
    await check.run(context);
    assert.ok(context.probe.tried > 0);
    return context.probe.faults;
  } finally {
    await gate.close();
  }
}

describe("the checks of TLS handshakes", () => {
  for (const check of [oldVersions, todaysVersions, ciphers, alpn, clientCertificate]) {
    it(`${check.name}: passes on a server that takes what a gateway of ours does`, async () => {
      assert.deepEqual(await faultsOf(check, {}), []);
    });
  }

  it("old-versions: finds a server that takes TLS 1.0 or 1.1, at each name", async () => {
    for (const [minVersion, found] of [
      ["TLSv1", ["TLS 1.0", "TLS 1.1"]],
      ["TLSv1.1", ["TLS 1.1"]],
    ] as const) {
      const faults = await faultsOf(oldVersions, { minVersion, ciphers: "DEFAULT@SECLEVEL=0" }, {});
      assert.deepEqual(
        faults.map((fault) => fault.replace(/ should be refused.*/, "")),
        ["kubeflow.example.com", "echo.kubeflow.example.com"].flatMap((host) =>
          found.map((name) => `${host}: ${name}`),
        ),
      );
    }
  });

  it("todays-versions: finds a server without TLS 1.3, one without TLS 1.2, and one that chooses CBC", async () => {
    assert.match((await faultsOf(todaysVersions, { maxVersion: "TLSv1.2" })).join("\n"), /TLSv1\.3 should succeed/);
    assert.match((await faultsOf(todaysVersions, { minVersion: "TLSv1.3" })).join("\n"), /TLSv1\.2 should succeed/);
    const old = await faultsOf(todaysVersions, { ciphers: "ECDHE-ECDSA-AES128-SHA256:TLS_AES_128_GCM_SHA256" });
    assert.match(old.join("\n"), /came TLSv1\.2 with ECDHE-ECDSA-AES128-SHA256/);
  });

  for (const [offered, fault] of [
    ["AECDH-AES256-SHA", /no authentication: should be refused; the server chose suite 0xc019/],
    ["ECDHE-ECDSA-NULL-SHA", /no encryption: should be refused; the server chose suite 0xc006/],
    ["ECDHE-ECDSA-AES256-SHA384", /CBC without authenticated encryption: should be refused.*0xc024/],
    // Eight bytes of authentication are too few; nobody would have named it, the blocks of numbers do.
    ["ECDHE-ECDSA-AES128-CCM8", /any other suite 0xc0xx: should be refused.*0xc0ae/],
  ] as const) {
    it(`ciphers: finds a server that takes ${offered}`, async () => {
      const faults = await faultsOf(ciphers, { ciphers: `${strict.ciphers}:${offered}:@SECLEVEL=0` });
      assert.match(faults.join("\n"), fault);
    });
  }

  it("ciphers: takes nothing for a refusal where the good suites are refused, too", async () => {
    assert.match((await faultsOf(ciphers, { minVersion: "TLSv1.3" })).join("\n"), /suites of today should be taken/);
  });

  it("alpn: finds a server without HTTP/2, one without any, and one that takes everything", async () => {
    assert.match((await faultsOf(alpn, { ALPNProtocols: ["http/1.1"] })).join("\n"), /h2 was wanted; came http\/1\.1/);
    const echoing: TlsOptions = { ALPNProtocols: undefined, ALPNCallback: ({ protocols }) => protocols[0] };
    const faults = await faultsOf(alpn, echoing);
    assert.match(faults.join("\n"), /istio-peer-exchange offered: it should not be taken, and was/);
    assert.ok(faults.every((fault) => /should not be taken/.test(fault)));
  });

  it("no-client-certificate: finds a server that asks for one, also where it needs none", async () => {
    const faults = await faultsOf(clientCertificate, { requestCert: true, rejectUnauthorized: false });
    assert.match(faults.join("\n"), /the server asks the client for a certificate/);
  });

  it("renegotiation-and-compression: finds a server that takes a second handshake", async () => {
    assert.deepEqual(await faultsOf(renegotiation, { secureOptions: constants.SSL_OP_NO_RENEGOTIATION }), []);
    // Node's own server does.
    const faults = await faultsOf(renegotiation, {});
    assert.match(
      faults.join("\n"),
      /^kubeflow.example.com: a client's second handshake .* should be refused; it succeeded$/,
    );
  });

  it("renegotiation-and-compression: finds a server that compresses and knows no safe renegotiation", async () => {
    const hello = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32), Buffer.from([0, 0xc0, 0x2b, 1, 0, 0])]);
    const flight = Buffer.concat([Buffer.from([2, 0, 0, hello.length]), hello, Buffer.from([14, 0, 0, 0])]);
    const gate = await fakeGate(() => ({}));
    await gate.close();
    const server = createPlain((socket) => {
      socket.on("error", () => undefined);
      socket.end(Buffer.concat([Buffer.from([22, 3, 3, 0, flight.length]), flight]));
    });
    await new Promise<void>((done) => server.listen(gate.port, "127.0.0.1", done));
    const context = contextFor(gate.target);
    try {
      await assert.rejects(renegotiation.run(context));
    } finally {
      server.close();
    }
    assert.match(
      context.probe.faults.join("\n"),
      /the server chose method 1\n.*doesn't answer the renegotiation extension/,
    );
  });

  it("end with an error where nobody listens, and where somebody speaks no TLS", async () => {
    const gate = await fakeGate(() => ({}));
    await gate.close();
    await assert.rejects(oldVersions.run(contextFor(gate.target)), /no connection to port/);
    const server = createPlain((socket) => socket.end("220 not TLS\r\n"));
    await new Promise<void>((done) => server.listen(gate.port, "127.0.0.1", done));
    try {
      await assert.rejects(clientCertificate.run(contextFor(gate.target)), /no whole flight of TLS/);
    } finally {
      server.close();
    }
  });
});
