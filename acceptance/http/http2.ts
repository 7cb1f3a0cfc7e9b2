import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { Duplex } from "node:stream";
import { connect as connectSecure, type TLSSocket } from "node:tls";
import { type Target } from "../check";
import { Collected } from "./collected";
import { type HeaderList } from "./request";
import { namedInTls } from "./namedInTls";

/** A header field or pseudo-header field as it goes on the wire, in its order; nothing is checked. */
export type Field = readonly [name: string, value: string];

export interface Http2Ask {
  /** Sent in one DATA frame; without it the request ends with its header. */
  body?: string | Buffer;
  /** The name in TLS; the URL's host by default. */
  serverName?: string;
  /** Milliseconds to wait for the whole answer. */
  patience?: number;
  signal?: AbortSignal;
}

export type Http2Answer =
  | { kind: "answer"; status: number; headers: [name: string, value: string][]; body: string }
  /** The stream or the connection was ended without an answer. */
  | { kind: "refused"; why: string }
  | { kind: "silent" };

/** The fields of a plain request. */
export function requestFields(url: URL, path: string, headers: HeaderList = [], method = "GET"): Field[] {
  return [
    [":method", method],
    [":scheme", "https"],
    [":authority", url.host],
    [":path", path],
    ...headers.map(([name, value]): Field => [name.toLowerCase(), value]),
  ];
}

/**
 * Asks once over HTTP/2. Node's client would not let most of the fields out that are to be tried, so it sends a plain
 * request, whose header block is replaced on the way; what comes back is Node's to read.
 */
export async function askHttp2(
  target: Target,
  url: URL,
  fields: readonly Field[],
  { body, serverName = url.hostname, patience = 5_000, signal }: Http2Ask = {},
): Promise<Http2Answer> {
  const socket = await open(target, url, serverName, signal);
  const session = connectHttp2(url.origin, {
    createConnection: () => new HeaderSwap(socket, headerBlock(fields), body === undefined),
  });
  try {
    return await request(session, body, patience, signal);
  } finally {
    session.destroy();
    socket.destroy();
  }
}

function request(
  session: ClientHttp2Session,
  body: string | Buffer | undefined,
  patience: number,
  signal: AbortSignal | undefined,
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders | undefined;
    const collected = new Collected();
    const timer = setTimeout(() => done(), patience);
    const giveUp = (why: Error) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      reject(why);
    };
    const abort = () => giveUp(new Error("the time of this check was over while it waited for an answer"));
    const done = (why?: string) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (headers !== undefined) {
        const { ":status": status = 0, ...others } = headers as { ":status"?: number } & IncomingHttpHeaders;
        const pairs = Object.entries(others).flatMap(([name, value]) =>
          [value ?? []].flat().map((each): [string, string] => [name, each]),
        );
        resolve({ kind: "answer", status, headers: pairs, body: collected.text });
      } else {
        resolve(why === undefined ? { kind: "silent" } : { kind: "refused", why });
      }
    };
    signal?.addEventListener("abort", abort, { once: true });
    const stream = session.request({ ":path": "/" }, { endStream: body === undefined });
    session.once("error", (error: Error) => done(error.message));
    session.once("goaway", (code) => done(`GOAWAY ${code}`));
    session.once("close", () => done("the connection was closed"));
    stream.once("response", (came: IncomingHttpHeaders) => (headers = came));
    stream.on("trailers", (came: IncomingHttpHeaders) => (headers = { ...came, ...headers }));
    stream.on("data", (chunk: Buffer) => {
      const tooLong = collected.take(chunk);
      if (tooLong !== undefined) {
        giveUp(tooLong);
      }
    });
    stream.once("error", (error: Error) => done(error.message));
    stream.once("end", () => {
      // After a reset there is an end, too, and then the reason.
      if (headers !== undefined) {
        done();
      }
    });
    stream.once("close", () => done(`the stream was ended with code ${stream.rstCode}`));
    if (body !== undefined) {
      stream.end(body);
    }
  });
}

function open(target: Target, url: URL, serverName: string, signal: AbortSignal | undefined): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectSecure({
      host: target.address ?? url.hostname,
      port: url.port === "" ? 443 : Number(url.port),
      ...namedInTls(serverName),
      ALPNProtocols: ["h2"],
      ...(target.ca === undefined ? {} : { ca: target.ca }),
    });
    const fail = (reason: string) => {
      socket.destroy();
      reject(new Error(`no HTTP/2 connection to ${url.host}: ${reason}`));
    };
    const abort = () => fail("the time of this check was over");
    signal?.addEventListener("abort", abort, { once: true });
    socket.setTimeout(10_000, () => fail("nothing came for 10 s"));
    socket.once("error", (error: Error) => fail(error.message));
    socket.once("secureConnect", () => {
      signal?.removeEventListener("abort", abort);
      if (socket.alpnProtocol !== "h2") {
        fail("the server does not speak it");
        return;
      }
      socket.removeAllListeners("error");
      socket.removeAllListeners("timeout");
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

const preface = 24;
const headersFrame = 1;
const endStream = 0x1;
const endHeaders = 0x4;

/** Passes everything through, and puts another header block in place of the one that the client sends. */
class HeaderSwap extends Duplex {
  readonly #socket: TLSSocket;
  readonly #block: Buffer;
  readonly #ends: boolean;
  #waiting = Buffer.alloc(0);
  #begun = false;

  constructor(socket: TLSSocket, block: Buffer, ends: boolean) {
    super();
    this.#socket = socket;
    this.#block = block;
    this.#ends = ends;
    socket.on("data", (chunk: Buffer) => this.push(chunk));
    socket.once("end", () => this.push(null));
    socket.once("error", (error: Error) => this.destroy(error));
    socket.once("close", () => this.destroy());
  }

  override _read(): void {
    // Whatever comes is passed on at once.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    const out: Buffer[] = [];
    if (!this.#begun && this.#waiting.length >= preface) {
      out.push(this.#take(preface));
      this.#begun = true;
    }
    while (this.#begun && this.#waiting.length >= 9 && this.#waiting.length >= 9 + this.#waiting.readUIntBE(0, 3)) {
      const frame = this.#take(9 + this.#waiting.readUIntBE(0, 3));
      out.push(frame[3] === headersFrame ? this.#swapped(frame) : frame);
    }
    if (out.length === 0 || this.#socket.destroyed) {
      done();
    } else {
      this.#socket.write(Buffer.concat(out), () => done());
    }
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  #take(length: number): Buffer {
    const taken = this.#waiting.subarray(0, length);
    this.#waiting = this.#waiting.subarray(length);
    return taken;
  }

  #swapped(frame: Buffer): Buffer {
    const head = Buffer.alloc(9);
    head.writeUIntBE(this.#block.length, 0, 3);
    head[3] = headersFrame;
    head[4] = endHeaders | (this.#ends ? endStream : 0);
    frame.copy(head, 5, 5, 9);
    return Buffer.concat([head, this.#block]);
  }
}

/** Every field as a literal without indexing and with a name of its own (RFC 7541, section 6.2.2). */
function headerBlock(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), ...literal(name), ...literal(value)]));
}

function literal(text: string): Buffer[] {
  const bytes = Buffer.from(text, "latin1");
  const length: number[] = [];
  if (bytes.length < 127) {
    length.push(bytes.length);
  } else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      length.push((rest % 128) + 128);
    }
    length.push(rest);
  }
  return [Buffer.from(length), bytes];
}
