import { connect, type Socket } from "node:net";
import { connect as secure } from "node:tls";
import { type Target } from "../../check";
import { Collected } from "../../http/collected";
import { namedInTls } from "../../http/namedInTls";

export interface Place {
  host: string;
  port: number;
}

/** What came of a connection: `none` was never made, `closed` ended without a byte, `silent` brought none. */
export type Came = { how: "none" | "closed" | "silent" } | { how: "answers"; text: string };

export interface Say {
  /** What goes first, such as the PROXY protocol's header. */
  first: Buffer;
  /** The request, over TLS where `tls` says so. */
  request: string;
  tls: boolean;
}

/** Opens a connection at an address, says something and tells what came back. The certificate is that of the gate. */
export function sayAt(
  target: Pick<Target, "gate" | "ca">,
  { host, port }: Place,
  { first, request, tls }: Say,
  { patience = 3000, signal }: { patience?: number; signal: AbortSignal },
): Promise<Came> {
  return new Promise((resolve) => {
    let connected = false;
    const collected = new Collected();
    const plain = connect({ host, port });
    let timer = setTimeout(() => end(), patience);
    const end = (closed = false) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      plain.destroy();
      const text = collected.text;
      resolve(text === "" ? { how: !connected ? "none" : closed ? "closed" : "silent" } : { how: "answers", text });
    };
    const abort = () => end();
    const listen = (socket: Socket) => {
      socket.on("data", (chunk: Buffer) => {
        collected.take(chunk);
        clearTimeout(timer);
        timer = setTimeout(() => end(), 300);
      });
      socket.once("error", () => end(true));
      socket.once("close", () => end(true));
    };
    signal.addEventListener("abort", abort, { once: true });
    plain.once("connect", () => {
      connected = true;
      plain.write(first);
      if (!tls) {
        listen(plain);
        plain.write(request);
        return;
      }
      const over = secure({
        socket: plain,
        ...namedInTls(target.gate.hostname),
        ...(target.ca === undefined ? {} : { ca: target.ca }),
      });
      listen(over);
      over.once("secureConnect", () => over.write(request));
    });
    plain.once("error", () => end(true));
    plain.once("close", () => end(true));
  });
}
