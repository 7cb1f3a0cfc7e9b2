import { type Check } from "../../check";
import { sayHello } from "./clientHello";
import { publicNames } from "./handshake";
import { modernSuites, refusedSuites } from "./suites";

/** Curves below 224 bits, which no client of today offers. */
const weakGroups = [0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x000f, 0x0010, 0x0011, 0x0012, 0x0013];

/** An allow-list: whatever has no forward secrecy and no authenticated encryption is refused, also what nobody thought of. */
export const ciphers: Check = {
  area: "tls",
  name: "ciphers",
  proves:
    "At every public name only suites with forward secrecy and authenticated encryption are taken: no RC4, Triple DES, CBC, export, anonymous or unencrypted ones, and no key exchange with a key that lasts.",
  mend: "`cipherSuites` of every server of the Gateway resources may name ECDHE with AES-GCM or ChaCha20 and nothing else. A load balancer that ends TLS has a policy of its own for that.",
  exercises: ["gateway"],
  needs: [],
  async run({ target, probe, signal }) {
    for (const url of publicNames(target)) {
      const hello = { version: 0x0303, serverName: url.hostname };
      // The same hello with suites that must be taken: a refusal of the others is about the suites then.
      const good = await sayHello(target, url, { ...hello, suites: modernSuites }, signal);
      probe.expect(
        good.kind === "hello" && modernSuites.includes(good.suite),
        `${url.hostname}: takes suites of today`,
        `${url.hostname}: TLS 1.2 with suites of today should be taken; came ${good.kind === "hello" ? nameOf(good.suite) : good.kind}`,
      );
      for (const { what, suites } of refusedSuites) {
        const reply = await sayHello(target, url, { ...hello, suites }, signal);
        probe.expect(
          reply.kind !== "hello",
          `${url.hostname}: ${what}: refused`,
          `${url.hostname}: ${what}: should be refused; the server chose suite ${reply.kind === "hello" ? nameOf(reply.suite) : ""}`,
        );
      }
      const weak = await sayHello(target, url, { ...hello, suites: modernSuites, groups: weakGroups }, signal);
      // Without a common curve a server may still take a key exchange over the integers.
      const curve = weak.kind === "hello" && weak.suite >= 0xc000;
      probe.expect(
        !curve,
        `${url.hostname}: weak curves: refused`,
        `${url.hostname}: weak curves: a key exchange on a curve below 224 bits should be refused, and was taken`,
      );
    }
  },
};

/** As in the registry, where everybody can look it up. */
function nameOf(suite: number): string {
  return `0x${suite.toString(16).padStart(4, "0")} of IANA's registry of TLS cipher suites`;
}
