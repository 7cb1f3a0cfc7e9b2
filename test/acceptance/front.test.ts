import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { endsTls, writesProxyHeader } from "../../acceptance/check";
import { addressIn } from "../../acceptance/checks/front/accessLog";
import { wrongAddress } from "../../acceptance/checks/front/clientAddress";
import { onlyTheBalancer } from "../../acceptance/checks/front/onlyTheBalancer";
import { version1, version2 } from "../../acceptance/checks/front/proxyProtocol";
import { sayAt } from "../../acceptance/checks/front/rawConnection";
import { renewedCertificate } from "../../acceptance/checks/front/renewedCertificate";
import { readTarget, type TargetOptions } from "../../acceptance/target";
import { BadInput } from "../../cli/exit";
import { contextFor, fakeGate } from "./fakeGate";

describe("the options that say what stands in front of the gateway", () => {
  const url = "https://kubeflow.example.com";
  const keys = (options: TargetOptions) => {
    try {
      readTarget(url, options, {});
      return [];
    } catch (error) {
      assert(error instanceof BadInput);
      return error.problems.map(({ key }) => key);
    }
  };

  it("name a load balancer, the gateway behind it, and this machine", () => {
    const { target } = readTarget(
      url,
      {
        front: "proxy-protocol",
        gateway: "192.0.2.1",
        clientAddress: "192.0.2.2",
        bare: "192.0.2.3:9443",
        renew: "renew it",
      },
      {},
    );
    assert.deepEqual(target.front, {
      type: "proxy-protocol",
      gateway: "192.0.2.1",
      bare: { host: "192.0.2.3", port: 9443 },
    });
    assert.deepEqual([target.clientAddress, target.renewCommand], ["192.0.2.2", "renew it"]);
    const { target: none } = readTarget(url, {}, {});
    assert.deepEqual([none.front, none.clientAddress, none.renewCommand], [undefined, undefined, undefined]);
  });

  it("are refused where they name something else, or nothing that goes with them", () => {
    assert.deepEqual(keys({ front: "nginx" }), ["--front"]);
    assert.deepEqual(keys({ front: "offload", gateway: "gateway.example.com" }), ["--gateway"]);
    assert.deepEqual(keys({ gateway: "192.0.2.1" }), ["--gateway"]);
    assert.deepEqual(keys({ clientAddress: "here" }), ["--client-address"]);
    for (const bare of ["192.0.2.1", "gateway:9443", "192.0.2.1:0", "192.0.2.1:65536"]) {
      assert.deepEqual(keys({ front: "proxy-protocol", bare }), ["--bare"], bare);
    }
    assert.deepEqual(keys({ front: "offload", bare: "192.0.2.1:9443" }), ["--bare"]);
    assert.deepEqual(keys({ bare: "192.0.2.1:9443" }), ["--bare"]);
    assert.deepEqual(keys({ front: "offload-proxy-protocol", bare: "192.0.2.1:9443" }), []);
  });
});

describe("what stands in front of the gateway", () => {
  const told = ([undefined, "offload", "proxy-protocol", "offload-proxy-protocol"] as const).map((type) => {
    const front = type === undefined ? undefined : { type };
    return [type, endsTls(front), writesProxyHeader(front)];
  });

  it("ends TLS, writes the PROXY protocol's header, or does both", () => {
    assert.deepEqual(told, [
      [undefined, false, false],
      ["offload", true, false],
      ["proxy-protocol", false, true],
      ["offload-proxy-protocol", true, true],
    ]);
  });
});

describe("front/only-the-balancer", () => {
  const faultsWhere = async (gatewayPort: (own: number) => number, status = 401) => {
    const gate = await fakeGate(() => ({ status }));
    try {
      const port = gatewayPort(gate.port);
      const context = contextFor({ ...gate.target, front: { type: "offload", gateway: "127.0.0.1" } });
      await onlyTheBalancer({ http: port, https: port }, 500).run(context);
      return context.probe;
    } finally {
      await gate.close();
    }
  };

  it("passes where nobody listens for others", async () => {
    const { faults, right } = await faultsWhere(() => 1);
    assert.deepEqual(faults, []);
    assert.equal(right.length, 7);
  });

  it("fails where nobody answers through the balancer, for then silence proves nothing", async () => {
    for (const status of [200, 403, 502, 503]) {
      const { faults } = await faultsWhere(() => 1, status);
      assert.deepEqual(faults.length, 1);
      assert.match(faults.join(), new RegExp(`refuse a token that is none with 401, .*; came ${status}$`));
    }
  });

  it("fails where the gateway takes a connection, whether or not it answers", async () => {
    const { faults } = await faultsWhere((own) => own);
    assert.equal(faults.length, 6);
    assert.match(faults.join("\n"), /plain HTTP at port 443, straight at 127\.0\.0\.1: .* it answers/);
    assert.match(faults.join("\n"), /PROXY protocol and TLS .* it was made, and is closed|it answers/);
  });
});

describe("the client's address at an application", () => {
  const lines = (headers: [string, string][]) => ({
    status: 200,
    headers: [],
    certificate: undefined,
    body: `{\n  "user": null,\n  "groups": [],\n  "headers": {\n${headers
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(",\n")}\n  }\n}`,
  });

  it("is right where it stands first and nothing of the client's own words is there", () => {
    assert.equal(wrongAddress(lines([["x-forwarded-for", "172.19.0.1,172.19.0.2"]]), "172.19.0.1"), undefined);
    assert.equal(
      wrongAddress(
        lines([
          ["x-forwarded-for", "172.19.0.1"],
          ["x-envoy-external-address", "172.19.0.1"],
        ]),
        "172.19.0.1",
      ),
      undefined,
    );
  });

  for (const [what, headers, expected] of [
    ["a claimed address is first", [["x-forwarded-for", "192.0.2.66, 172.19.0.1"]], /x-forwarded-for as the client/],
    [
      "a claimed address stands elsewhere",
      [
        ["x-forwarded-for", "172.19.0.1"],
        ["x-real-ip", "192.0.2.66"],
      ],
      /x-real-ip as the client wrote it/,
    ],
    [
      "the balancer stands in its place",
      [["x-forwarded-for", "172.19.0.2"]],
      /X-Forwarded-For with 172\.19\.0\.2 first/,
    ],
    ["there is none", [["accept", "*/*"]], /X-Forwarded-For with nothing first/],
    [
      "Envoy believes another one",
      [
        ["x-forwarded-for", "172.19.0.1"],
        ["x-envoy-external-address", "172.19.0.2"],
      ],
      /X-Envoy-External-Address with 172\.19\.0\.2/,
    ],
  ] as [string, [string, string][], RegExp][]) {
    it(`is wrong where ${what}`, () => {
      assert.match(wrongAddress(lines(headers), "172.19.0.1") ?? "", expected);
    });
  }

  it("is wrong where no application answers", () => {
    assert.equal(wrongAddress({ ...lines([]), status: 403 }, "172.19.0.1"), "status 403");
  });

  it("is read from the access log without its port", () => {
    assert.equal(addressIn('{"downstream_remote_address":"172.19.0.1:4711"}'), "172.19.0.1");
    assert.equal(addressIn('{"downstream_remote_address":"[2001:db8::1]:4711"}'), "[2001:db8::1]");
    assert.equal(addressIn("{}"), "no address");
    assert.equal(addressIn("plain text"), "no JSON");
  });
});

describe("the PROXY protocol's header", () => {
  it("is a line in version 1", () => {
    assert.equal(version1("198.51.100.7").toString(), "PROXY TCP4 198.51.100.7 192.0.2.1 40000 443\r\n");
  });

  it("is binary in version 2, byte for byte as the specification has it", () => {
    assert.equal(
      version2("198.51.100.7").toString("hex"),
      "0d0a0d0a000d0a515549540a" + "2111000c" + "c6336407" + "c0000201" + "9c40" + "01bb",
    );
    assert.throws(() => version2("2001:db8::1"), /no IPv4 address/);
  });

  for (const [what, act, expected] of [
    ["closed", (socket: Socket) => socket.destroy(), { how: "closed" }],
    ["silent", () => undefined, { how: "silent" }],
    ["answers", (socket: Socket) => socket.end("hello"), { how: "answers", text: "hello" }],
  ] as const) {
    it(`goes first, and a connection that is then "${what}" is told from others`, async () => {
      let got = "";
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", (chunk: Buffer) => {
          got = chunk.toString();
          act(socket);
        });
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const { port } = server.address() as AddressInfo;
      const came = await sayAt(
        { gate: new URL("https://kubeflow.example.com"), ca: undefined },
        { host: "127.0.0.1", port },
        { first: version1("198.51.100.7"), request: "GET / HTTP/1.1\r\n\r\n", tls: false },
        { patience: 300, signal: new AbortController().signal },
      );
      server.close();
      assert.deepEqual(came, expected);
      assert.match(got, /^PROXY TCP4 198/);
    });
  }
});

describe("front/renewed-certificate", () => {
  const run = async (renewCommand: string) => {
    const gate = await fakeGate(() => ({ status: 403 }));
    try {
      const context = contextFor({ ...gate.target, renewCommand });
      await renewedCertificate(300).run(context);
      return context.probe;
    } finally {
      await gate.close();
    }
  };

  it("fails where the old certificate goes on being shown", async () => {
    await assert.rejects(run("true"), /in vain: 10 handshakes in a row show another certificate/);
  });

  it("fails where the command does", async () => {
    await assert.rejects(run("exit 4"), /the command that renews the certificate ended with 4/);
  });
});
