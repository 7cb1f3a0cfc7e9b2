import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { type Target } from "../check";
import { Collected } from "./collected";
import { type Answer } from "./request";
import { namedInTls } from "./namedInTls";

export interface WireOptions {
  /** The name in TLS; the URL's host by default, none at all for "". */
  serverName?: string;
  /** Protocols to offer in TLS. */
  alpn?: readonly string[];
  /** Takes any certificate: for names that the deployment has none for. Nothing secret may be sent then. */
  anyCertificate?: boolean;
  /** Milliseconds to wait for the first byte. */
  patience?: number;
  /** Milliseconds without a further byte after which nothing more is expected. */
  settle?: number;
  signal?: AbortSignal;
}

/** Everything that came over one connection. */
export interface Exchange {
  /** The answers in their order; bodies without their chunks. */
  answers: Answer[];
  /** Bytes that are no complete answer, such as those after `101 Switching Protocols`. */
  rest: Buffer;
  /** `silent` means that the connection was still open when nothing more came. */
  end: "closed" | "reset" | "silent";
}

/**
 * Sends bytes as they stand over a connection of their own and collects what comes back. Strings are taken byte for
 * character. Parts after the first wait until something came or the first one's patience is over.
 */
export async function exchange(
  target: Target,
  url: URL,
  parts: string | Buffer | readonly (string | Buffer)[],
  options: WireOptions = {},
): Promise<Exchange> {
  const { patience = 5_000, settle = 400, signal } = options;
  const socket = await open(target, url, options);
  const list = typeof parts === "string" || Buffer.isBuffer(parts) ? [parts] : [...parts];
  const collected = new Collected();
  const bodiless = list[0]?.toString("latin1").startsWith("HEAD ") === true;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const finish = (end: Exchange["end"]) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.destroy();
      resolve({ ...readAnswers(collected.bytes, end !== "silent", bodiless), end });
    };
    const giveUp = (why: Error) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.destroy();
      reject(why);
    };
    const abort = () => giveUp(new Error("the time of this check was over while it waited for an answer"));
    const next = () => {
      clearTimeout(timer);
      const part = list.shift();
      if (part === undefined) {
        finish("silent");
        return;
      }
      socket.write(typeof part === "string" ? Buffer.from(part, "latin1") : part);
      timer = setTimeout(next, patience);
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.on("data", (chunk: Buffer) => {
      const tooLong = collected.take(chunk);
      if (tooLong !== undefined) {
        giveUp(tooLong);
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(next, settle);
    });
    socket.once("error", () => finish("reset"));
    socket.once("close", () => finish("closed"));
    if (signal?.aborted === true) {
      abort();
    } else {
      next();
    }
  });
}

/** A connection that is ready for the first byte. A failed one is an error, so that it is never taken for a refusal. */
function open(target: Target, url: URL, options: WireOptions): Promise<Socket> {
  const { serverName = url.hostname, alpn = ["http/1.1"], anyCertificate = false, signal } = options;
  const secure = url.protocol === "https:";
  const host = target.address ?? url.hostname;
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectSecure({
          host,
          port,
          ...(serverName === "" ? {} : namedInTls(serverName)),
          ...(anyCertificate ? { rejectUnauthorized: false } : {}),
          ALPNProtocols: [...alpn],
          ...(target.ca === undefined ? {} : { ca: target.ca }),
        })
      : connectPlain({ host, port });
    const fail = (reason: string) => {
      socket.destroy();
      reject(new Error(`no connection to ${url.host}: ${reason}`));
    };
    const abort = () => fail("the time of this check was over");
    socket.setTimeout(10_000, () => fail("nothing came for 10 s"));
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", (error: Error) => fail(error.message));
    socket.once(secure ? "secureConnect" : "connect", () => {
      signal?.removeEventListener("abort", abort);
      socket.removeAllListeners("error");
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

/** Takes bytes apart as a client does (RFC 9112, section 6.3); answers to HEAD have no body whatever they say. */
export function readAnswers(bytes: Buffer, ended: boolean, bodiless = false): { answers: Answer[]; rest: Buffer } {
  const answers: Answer[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    const [statusLine = "", ...lines] = rest.subarray(0, Math.max(end, 0)).toString("latin1").split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1] ?? 0);
    if (end < 0 || status === 0) {
      return { answers, rest };
    }
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const after = rest.subarray(end + 4);
    if (status === 101) {
      answers.push({ status, headers, body: "", certificate: undefined });
      return { answers, rest: after };
    }
    if (status < 200) {
      rest = after;
      continue;
    }
    const body = bodiless ? { content: Buffer.alloc(0), rest: after } : readBody(status, headers, after, ended);
    if (body === undefined) {
      return { answers, rest };
    }
    answers.push({ status, headers, body: body.content.toString("utf8"), certificate: undefined });
    rest = body.rest;
  }
}

interface Body {
  content: Buffer;
  rest: Buffer;
}

function readBody(
  status: number,
  headers: readonly (readonly [string, string])[],
  bytes: Buffer,
  ended: boolean,
): Body | undefined {
  const value = (wanted: string) => headers.find(([name]) => name === wanted)?.[1];
  if (status === 204 || status === 304) {
    return { content: Buffer.alloc(0), rest: bytes };
  }
  if (/chunked$/i.test(value("transfer-encoding") ?? "")) {
    return readChunks(bytes);
  }
  const length = value("content-length");
  if (length === undefined) {
    // Until the end of the connection. Where that is still open, what is there is shown anyway.
    return { content: bytes, rest: Buffer.alloc(0) };
  }
  const wanted = /^\d+$/.test(length) ? Number(length) : Infinity;
  if (bytes.length >= wanted) {
    return { content: bytes.subarray(0, wanted), rest: bytes.subarray(wanted) };
  }
  // One that was cut off.
  return ended ? { content: bytes, rest: Buffer.alloc(0) } : undefined;
}

function readChunks(bytes: Buffer): Body | undefined {
  const content: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const line = rest.indexOf("\r\n");
    // Digits alone: with a negative size the same bytes would be read for ever.
    const digits = /^[0-9a-f]+/i.exec(rest.subarray(0, Math.max(line, 0)).toString("latin1"))?.[0];
    const size = Number.parseInt(digits ?? "", 16);
    if (Number.isNaN(size) || rest.length < line + 2 + size + 2) {
      return undefined;
    }
    content.push(rest.subarray(line + 2, line + 2 + size));
    rest = rest.subarray(line + 2 + size + 2);
    if (size === 0) {
      return { content: Buffer.concat(content), rest };
    }
  }
}

/** The text of a request as it goes on the wire; nothing is added but what stands there. */
export function requestText(
  line: string,
  headers: readonly (readonly [name: string, value: string])[],
  body = "",
): string {
  return `${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}
