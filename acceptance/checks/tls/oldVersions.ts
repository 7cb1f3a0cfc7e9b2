import { createServer, type Server } from "node:tls";
import { type AddressInfo } from "node:net";
import { type Check } from "../../check";
import { greet, type Hello, type Reply, sayHello } from "./clientHello";
import { publicNames } from "./handshake";
import { modernSuites, refusedSuites } from "./suites";

const old = [
  { version: 0x0300, name: "SSL 3.0" },
  { version: 0x0301, name: "TLS 1.0" },
  { version: 0x0302, name: "TLS 1.1" },
];

/** Everything that an old server may have, so that only the version can be the reason of a refusal. */
const everySuite = [...new Set([...refusedSuites.flatMap(({ suites }) => suites), ...modernSuites])];

/** Versions that have been withdrawn (RFC 8996). */
export const oldVersions: Check = {
  area: "tls",
  name: "old-versions",
  proves: "SSL 3.0, TLS 1.0 and TLS 1.1 are refused at every public name.",
  mend: "Every server of the gateway's Gateway resources must say `minProtocolVersion: TLSV1_2`. A load balancer that ends TLS in front of the gateway has a policy of its own for that.",
  exercises: ["gateway"],
  needs: [],
  async run({ target, probe, signal }) {
    await expectOldServerAccepts(signal);
    for (const url of publicNames(target)) {
      for (const { version, name } of old) {
        const hello: Hello = { version, suites: everySuite, serverName: url.hostname };
        const reply = await sayHello(target, url, hello, signal);
        probe.expect(
          reply.kind !== "hello",
          `${url.hostname}: ${name} is refused`,
          `${url.hostname}: ${name} should be refused; the server went on with it and chose ${describe(reply)}`,
        );
      }
    }
  },
};

function describe(reply: Reply): string {
  return reply.kind === "hello"
    ? `version 0x${reply.version.toString(16).padStart(4, "0")}, suite 0x${reply.suite.toString(16).padStart(4, "0")}`
    : reply.kind;
}

/**
 * The same hello at a server that does take TLS 1.0 and 1.1, here on this machine: were the hello itself wrong, every
 * server would refuse it. Nobody has a server of SSL 3.0 any more; its hello differs in one number.
 */
async function expectOldServerAccepts(signal: AbortSignal): Promise<void> {
  for (const { version, name } of old.filter(({ version }) => version > 0x0300)) {
    // Without authentication it needs no certificate.
    const server = createServer({
      minVersion: "TLSv1",
      maxVersion: version === 0x0301 ? "TLSv1" : "TLSv1.1",
      ciphers: "aNULL:@SECLEVEL=0",
    });
    try {
      const port = await listening(server);
      const reply = await greet("127.0.0.1", port, { version, suites: everySuite, serverName: undefined }, signal);
      if (reply.kind !== "hello" || reply.version !== version) {
        throw new Error(
          `a server made for ${name} on this machine should have taken this check's handshake; it said ${describe(reply)}`,
        );
      }
    } finally {
      server.close();
    }
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
