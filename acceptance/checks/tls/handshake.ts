import { X509Certificate } from "node:crypto";
import { connect, type ConnectionOptions, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { type Target } from "../../check";
import { namedInTls } from "../../http/namedInTls";
import { echoElsewhere } from "../../tokens/parts";

/** The names that people and machines use, each of which may have TLS settings of its own. */
export function publicNames(target: Target): URL[] {
  return [target.gate, ...[echoElsewhere(target)].filter((url) => url !== undefined)];
}

export interface Handshake {
  protocol: string;
  cipher: string;
  /** The chosen protocol of those that were offered. */
  alpn: string | undefined;
  /** The server's certificate and what it was verified with. */
  chain: X509Certificate[];
}

/** A handshake as any program of today makes it, with a verified certificate; throws where it fails. */
export function shakeHands(
  target: Target,
  url: URL,
  options: ConnectionOptions = {},
  signal?: AbortSignal,
): Promise<Handshake> {
  return withConnection(target, url, options, signal, (socket) =>
    Promise.resolve({
      protocol: socket.getProtocol() ?? "",
      cipher: socket.getCipher().name,
      alpn: typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined,
      chain: chainOf(socket.getPeerCertificate(true)),
    }),
  );
}

/** Gives a TLS connection to `use` and ends it afterwards. */
export async function withConnection<Result>(
  target: Target,
  url: URL,
  options: ConnectionOptions,
  signal: AbortSignal | undefined,
  use: (socket: TLSSocket) => Promise<Result>,
): Promise<Result> {
  const socket = connect({
    host: target.address ?? url.hostname,
    port: url.port === "" ? 443 : Number(url.port),
    ...namedInTls(url.hostname),
    ...(target.ca === undefined ? {} : { ca: target.ca }),
    ...options,
  });
  const abort = () => socket.destroy(new Error("the time of this check was over during a handshake"));
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(10_000, () => socket.destroy(new Error("nothing came for 10 s")));
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed during the handshake")));
    });
    return await use(socket);
  } finally {
    signal?.removeEventListener("abort", abort);
    socket.on("error", () => undefined);
    socket.destroy();
  }
}

function chainOf(first: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  // The last certificate names itself as its issuer.
  for (let next: DetailedPeerCertificate | undefined = first; next?.raw !== undefined; next = next.issuerCertificate) {
    if (seen.has(next.fingerprint256)) {
      break;
    }
    seen.add(next.fingerprint256);
    chain.push(new X509Certificate(next.raw));
  }
  return chain;
}
