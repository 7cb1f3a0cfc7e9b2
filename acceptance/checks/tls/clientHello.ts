import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { type Target } from "../../check";

/**
 * A handshake's first message, written by hand: the programs of today have forgotten how to offer what a server is to
 * refuse. It knows versions up to TLS 1.2, in which a server's whole first flight can be read.
 */
export interface Hello {
  /** Highest version offered: 0x0300 is SSL 3.0, 0x0303 TLS 1.2. */
  version: number;
  suites: readonly number[];
  /** The name asked for; none for undefined. */
  serverName: string | undefined;
  /** Compression methods; only "none" by default. */
  compression?: readonly number[];
  /** Named groups; those of today by default. */
  groups?: readonly number[];
}

export type Reply =
  | {
      kind: "hello";
      version: number;
      suite: number;
      compression: number;
      extensions: number[];
      /** Types of the handshake messages up to ServerHelloDone. */
      messages: number[];
    }
  | { kind: "alert"; description: number }
  /** The connection was ended without a word of TLS. */
  | { kind: "closed" };

export const handshakeType = { serverHello: 2, certificateRequest: 13, serverHelloDone: 14 } as const;
export const extension = { renegotiationInfo: 0xff01 } as const;

/** Signalling values are no suites, and go along with every list (RFC 5746, section 3.3). */
const renegotiationSignal = 0x00ff;

/** More than any chain of certificates takes, in bytes. */
const longestFlight = 64 * 1024;

/** Says hello over a connection of its own. A connection that cannot be made is an error and not a refusal. */
export function sayHello(target: Target, url: URL, hello: Hello, signal?: AbortSignal): Promise<Reply> {
  const port = url.port === "" ? 443 : Number(url.port);
  return greet(target.address ?? url.hostname, port, hello, signal);
}

/** The same at an address. */
export function greet(host: string, port: number, hello: Hello, signal?: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let bytes = Buffer.alloc(0);
    let connected = false;
    const settle = (act: () => void) => {
      signal?.removeEventListener("abort", abort);
      socket.destroy();
      act();
    };
    const abort = () => settle(() => reject(new Error("the time of this check was over during a handshake")));
    signal?.addEventListener("abort", abort, { once: true });
    socket.setTimeout(10_000, () =>
      settle(() => reject(new Error(`port ${port} neither answered a handshake nor refused it for 10 s`))),
    );
    socket.once("connect", () => {
      connected = true;
      socket.write(clientHello(hello));
    });
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const reply = readFlight(bytes);
      if (reply !== undefined) {
        settle(() => resolve(reply));
      } else if (bytes.length > longestFlight) {
        settle(() => reject(new Error(`port ${port} answered a handshake with more than ${longestFlight / 1024} KB`)));
      }
    });
    const ended = (error?: Error) =>
      settle(() => {
        if (!connected) {
          reject(new Error(`no connection to port ${port}: ${error?.message ?? "it was closed"}`));
        } else if (bytes.length > 0) {
          reject(
            new Error(`port ${port} answered a handshake with ${bytes.length} bytes that are no whole flight of TLS`),
          );
        } else {
          resolve({ kind: "closed" });
        }
      });
    socket.once("error", ended);
    socket.once("close", () => ended());
    if (signal?.aborted === true) {
      abort();
    }
  });
}

function clientHello({ version, suites, serverName, compression = [0], groups = commonGroups }: Hello): Buffer {
  const extensions = [
    ...(serverName === undefined
      ? []
      : [extensionOf(0, sized(2, Buffer.from([0]), sized(2, Buffer.from(serverName))))]),
    extensionOf(10, sized(2, ...groups.map(number16))),
    extensionOf(11, sized(1, Buffer.from([0]))),
    // TLS 1.1 and before know no choice of signatures.
    ...(version < 0x0303 ? [] : [extensionOf(13, sized(2, ...commonSignatures.map(number16)))]),
  ];
  const body = Buffer.concat([
    number16(version),
    randomBytes(32),
    sized(1),
    sized(2, ...[...suites, renegotiationSignal].map(number16)),
    sized(1, Buffer.from(compression)),
    sized(2, ...extensions),
  ]);
  const message = Buffer.concat([Buffer.from([1]), sized(3, body)]);
  // The record says TLS 1.0 for every later version (RFC 8446, section 5.1).
  return Buffer.concat([Buffer.from([22]), number16(Math.min(version, 0x0301)), sized(2, message)]);
}

const commonGroups = [0x001d, 0x0017, 0x0018, 0x0019];
const commonSignatures = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

function extensionOf(type: number, content: Buffer): Buffer {
  return Buffer.concat([number16(type), sized(2, content)]);
}

function number16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** Parts behind their length in so many bytes. */
function sized(width: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(width);
  length.writeUIntBE(content.length, 0, width);
  return Buffer.concat([length, content]);
}

/** Reads records until the flight is whole or an alert ends it; undefined while more has to come. */
function readFlight(bytes: Buffer): Reply | undefined {
  let handshake = Buffer.alloc(0);
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 3);
    const content = bytes.subarray(at + 5, at + 5 + length);
    if (content.length < length) {
      break;
    }
    if (bytes[at] === 21) {
      return { kind: "alert", description: content[1] ?? 0 };
    }
    if (bytes[at] === 22) {
      handshake = Buffer.concat([handshake, content]);
    }
    at += 5 + length;
  }
  const messages: number[] = [];
  let hello: Buffer | undefined;
  for (let at = 0; at + 4 <= handshake.length;) {
    const length = handshake.readUIntBE(at + 1, 3);
    const type = handshake[at] ?? 0;
    if (handshake.length < at + 4 + length) {
      break;
    }
    messages.push(type);
    if (type === handshakeType.serverHello) {
      hello = handshake.subarray(at + 4, at + 4 + length);
    }
    if (type === handshakeType.serverHelloDone && hello !== undefined) {
      return { kind: "hello", ...readServerHello(hello), messages };
    }
    at += 4 + length;
  }
  return undefined;
}

function readServerHello(hello: Buffer) {
  const version = hello.readUInt16BE(0);
  const session = 35 + (hello[34] ?? 0);
  const suite = hello.readUInt16BE(session);
  const compression = hello[session + 2] ?? 0;
  const extensions: number[] = [];
  for (let at = session + 5; at + 4 <= hello.length; at += 4 + hello.readUInt16BE(at + 2)) {
    extensions.push(hello.readUInt16BE(at));
  }
  return { version, suite, compression, extensions };
}
