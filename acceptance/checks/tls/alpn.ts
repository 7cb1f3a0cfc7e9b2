import { type Check } from "../../check";
import { publicNames, shakeHands } from "./handshake";

/** Protocols that a proxy may know and must not speak with the public. */
const strangers = [
  "h2c",
  "http/1.0",
  "http/0.9",
  "istio",
  "istio-http/1.1",
  "istio-peer-exchange",
  "acme-tls/1",
  "spdy/3.1",
];

/** Which protocol runs inside TLS is agreed on in the handshake (RFC 7301). */
export const alpn: Check = {
  area: "tls",
  name: "alpn",
  proves: "HTTP/2 and HTTP/1.1 are agreed on at every public name, and no other protocol ever is.",
  mend: "Istio offers h2 and http/1.1 by itself. Look for an EnvoyFilter or a load balancer that changes `alpn_protocols`.",
  exercises: ["gateway"],
  needs: [],
  async run({ target, probe, signal }) {
    const agreed = async (url: URL, offered: string[]): Promise<string> => {
      try {
        return (await shakeHands(target, url, { ALPNProtocols: offered }, signal)).alpn ?? "none";
      } catch (error) {
        signal.throwIfAborted();
        return `an error: ${error instanceof Error ? error.message : String(error)}`;
      }
    };
    for (const url of publicNames(target)) {
      for (const [offered, wanted] of [
        [["h2", "http/1.1"], "h2"],
        [["http/1.1"], "http/1.1"],
      ] as const) {
        const came = await agreed(url, [...offered]);
        const what = `${url.hostname}: ${offered.join(" and ")} offered`;
        probe.expect(came === wanted, `${what}: ${came}`, `${what}: ${wanted} was wanted; came ${came}`);
      }
      for (const stranger of strangers) {
        const came = await agreed(url, [stranger]);
        const what = `${url.hostname}: ${stranger} offered`;
        probe.expect(came !== stranger, `${what}: not taken`, `${what}: it should not be taken, and was`);
      }
    }
  },
};
