import { type Check } from "../../check";
import { handshakeType, sayHello } from "./clientHello";
import { publicNames } from "./handshake";
import { modernSuites } from "./suites";

/** Browsers ask their user which certificate to show where a server wants one, and machines fail. */
export const clientCertificate: Check = {
  area: "tls",
  name: "no-client-certificate",
  proves: "No public name asks clients for a certificate: people and machines are known by sessions and tokens alone.",
  mend: "`tls.mode` of the servers of the Gateway resource `gatehouse` must be SIMPLE, not MUTUAL or OPTIONAL_MUTUAL.",
  exercises: ["gateway"],
  needs: [],
  async run({ target, probe, signal }) {
    for (const url of publicNames(target)) {
      // In TLS 1.2 the question can be read; both versions have the same settings.
      const hello = { version: 0x0303, suites: modernSuites, serverName: url.hostname };
      const reply = await sayHello(target, url, hello, signal);
      if (reply.kind !== "hello") {
        probe.wrong(`${url.hostname}: TLS 1.2 should be taken; came ${reply.kind}`);
        continue;
      }
      probe.expect(
        !reply.messages.includes(handshakeType.certificateRequest),
        `${url.hostname}: no certificate is asked for`,
        `${url.hostname}: the server asks the client for a certificate`,
      );
    }
  },
};
