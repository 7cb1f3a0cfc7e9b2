import { type Check, type Target } from "../../check";
import { extension, sayHello } from "./clientHello";
import { publicNames, withConnection } from "./handshake";
import { modernSuites } from "./suites";

/** Two old features of TLS that turned out to be weaknesses (RFC 9325, sections 3.3 and 3.5). */
export const renegotiation: Check = {
  area: "tls",
  name: "renegotiation-and-compression",
  proves:
    "At every public name a client cannot start a second handshake on its connection, and nothing is compressed by TLS.",
  mend: "Envoy does neither, and has no setting for it. Find out what ends TLS in front of the gateway.",
  exercises: ["gateway"],
  needs: [],
  async run({ target, probe, signal }) {
    for (const url of publicNames(target)) {
      const hello = { version: 0x0303, serverName: url.hostname, suites: modernSuites };
      const reply = await sayHello(target, url, { ...hello, compression: [1, 64, 0] }, signal);
      if (reply.kind !== "hello") {
        probe.wrong(
          `${url.hostname}: TLS 1.2 should be taken, also from a client that offers compression; came ${reply.kind}`,
        );
        continue;
      }
      probe.expect(
        reply.compression === 0,
        `${url.hostname}: no compression`,
        `${url.hostname}: compression should never be chosen; the server chose method ${reply.compression}`,
      );
      probe.expect(
        reply.extensions.includes(extension.renegotiationInfo),
        `${url.hostname}: it knows the renegotiation extension`,
        `${url.hostname}: the server doesn't answer the renegotiation extension (RFC 5746), so that clients cannot tell whether it is safe`,
      );
      probe.expect(
        !(await renegotiates(target, url, signal)),
        `${url.hostname}: a client's second handshake is refused`,
        `${url.hostname}: a client's second handshake on the same connection should be refused; it succeeded`,
      );
    }
  },
};

function renegotiates(target: Target, url: URL, signal: AbortSignal): Promise<boolean> {
  const version = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] } as const;
  return withConnection(
    target,
    url,
    { ...version, ALPNProtocols: ["http/1.1"] },
    signal,
    (socket) =>
      new Promise<boolean>((resolve) => {
        // A server that just doesn't answer has not agreed.
        const timer = setTimeout(() => resolve(false), 3_000);
        const end = (done: boolean) => {
          clearTimeout(timer);
          resolve(done);
        };
        socket.on("error", () => end(false));
        socket.once("close", () => end(false));
        socket.renegotiate({ rejectUnauthorized: false }, (error) => end(error === null));
        // The client's side of it goes out with the next bytes.
        socket.resume();
      }),
  );
}
